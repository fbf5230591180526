// demo: the main job of keyfob, told step by step against a real issuer and a real server, both on loopback.
import './servers/loopback.js';
import { startProvider } from './servers/oidc.js';
import { startModern } from './servers/mcp.js';
import { takes } from './support/client.js';
import { sdkHost } from './support/host.js';
import { Keyfob, expectEnd } from './support/keyfob.js';
import { check, Context, until } from './support/test.js';

const LIFETIME = 3;
let steps = 0;

function tell(text) {
	console.log(`${String(++steps).padStart(2)}. ${text}`);
}

/* The first line that was said, on either side. */
function gist({ stdout, stderr }) {
	return (stdout + stderr).split('\n').map((line) => line.trim()).find(Boolean) ?? '';
}

async function work(t) {
	const provider = await t.use(startProvider());
	const server = await t.use(startModern(provider));
	const keyfob = await Keyfob.make(t);
	const run = async (...args) => {
		const end = await keyfob.run(args);
		expectEnd(end, 0);
		return end;
	};
	tell(`an issuer (oidc-provider) and an MCP server behind it are up; access tokens live ${LIFETIME} s`);
	provider.lifetime = LIFETIME;

	const closed = await keyfob.run(['inspect', server.url]);
	expectEnd(closed, 3);
	tell(`keyfob inspect: refused, and it says what to do: ${gist(closed)}`);

	await run('login', server.url, '--browser', await keyfob.browser());
	tell(`keyfob login: registered (${provider.counts.registrations}) and signed in; the "browser" was a script`);

	tell(`keyfob status: ${gist(await run('status'))}: ${(await keyfob.profile(server.url)).state}, for ${(await keyfob.profile(server.url)).resource}`);

	tell(`keyfob inspect: the tools are ${(await keyfob.tools(server.url)).join(', ')}`);

	const sum = gist(await run('run', server.url, 'add', '--arg', 'a=2', '--arg', 'b=3'));
	check(sum === '5', `2 and 3 are 5, not ${sum}`);
	tell(`keyfob run: the tool adds 2 and 3: ${sum}`);

	const client = await sdkHost(t, keyfob, 2, server.url).connect();
	const { content: [{ text }] } = await client.callTool({ name: 'add', arguments: { a: 20, b: 22 } });
	await client.close();
	check(text === '42', `20 and 22 are 42, not ${text}`);
	tell(`keyfob bridge: a host with the official SDK calls it over standard input and output: ${text}`);

	const first = await keyfob.token(server.url);
	tell(`keyfob token: a JWT of ${first.length} bytes, which the server takes: ${await takes(server.url, first)}`);

	await until(async () => await takes(server.url, first) === 401, 'the token to run out');
	tell(`time passes: the server refuses it now: ${await takes(server.url, first)}`);

	const second = await keyfob.token(server.url);
	check(second !== first && await takes(server.url, second) === 200, 'the fresh token is taken');
	tell(`keyfob token: refreshed (${provider.counts.refreshes}) without anybody, and taken: ${await takes(server.url, second)}`);

	await run('logout', server.url);
	check(provider.counts.revocations === 1, 'the issuer revoked the grant');
	tell(`keyfob logout: the issuer revoked ${provider.counts.revocations} grant, and the vault holds ${(await keyfob.status()).profiles.length} sign-ins`);
}

const context = new Context();
try {
	await work(context);
} finally {
	await context.end();
}
process.exit(0);
