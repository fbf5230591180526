// sdk_example: the OAuth example of the TypeScript SDK 1.x with its demonstration issuer, on ports of the system's choice.
// `node sdk_example.js [--lifetime SECONDS]`; prints "ready URL". With --lifetime the issuer hands out
// access tokens of that life together with a refresh token, which it then answers with status 500.
import { randomUUID } from 'node:crypto';
import { reserve } from './loopback.js';
import { DemoInMemoryAuthProvider as Issuer } from '@modelcontextprotocol/sdk/examples/server/demoInMemoryOAuthProvider.js';

const at = process.argv.indexOf('--lifetime');
const lifetime = at < 0 ? 0 : Number(process.argv[at + 1]);
const port = await reserve();
process.env.MCP_PORT = String(port);
process.env.MCP_AUTH_PORT = String(await reserve());

if (lifetime) {
	const exchange = Issuer.prototype.exchangeAuthorizationCode;
	Issuer.prototype.exchangeAuthorizationCode = async function (...args) {
		const answer = await exchange.apply(this, args);
		this.tokens.get(answer.access_token).expiresAt = Date.now() + lifetime * 1000;
		return { ...answer, expires_in: lifetime, refresh_token: randomUUID() };
	};
}

process.argv = [...process.argv.slice(0, 2), '--oauth'];
await import('@modelcontextprotocol/sdk/examples/server/simpleStreamableHttp.js');
console.log(`ready http://localhost:${port}/mcp`);
