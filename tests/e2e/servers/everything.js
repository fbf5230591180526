// everything: the reference server without authentication, over Streamable HTTP or, with the argument `sse`, as servers of
// 2024 did; a port may be given, too. Prints "ready URL".
import { reserve } from './loopback.js';

const old = process.argv.includes('sse');
const port = Number(process.argv.slice(2).find((arg) => arg !== 'sse')) || await reserve();
process.env.PORT = String(port);
await import(`../node_modules/@modelcontextprotocol/server-everything/dist/transports/${old ? 'sse' : 'streamableHttp'}.js`);
console.log(`ready http://127.0.0.1:${port}/${old ? 'sse' : 'mcp'}`);
