// everything: the reference server without authentication, over Streamable HTTP or, with the argument `sse`, as servers of
// 2024 did. Prints "ready URL".
import { reserve } from './loopback.js';

const old = process.argv[2] === 'sse';
const port = await reserve();
process.env.PORT = String(port);
await import(`../node_modules/@modelcontextprotocol/server-everything/dist/transports/${old ? 'sse' : 'streamableHttp'}.js`);
console.log(`ready http://127.0.0.1:${port}/${old ? 'sse' : 'mcp'}`);
