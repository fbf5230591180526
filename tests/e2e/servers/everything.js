// everything: the reference server over Streamable HTTP, without authentication. Prints "ready URL".
import { reserve } from './loopback.js';

const port = await reserve();
process.env.PORT = String(port);
await import('../node_modules/@modelcontextprotocol/server-everything/dist/transports/streamableHttp.js');
console.log(`ready http://127.0.0.1:${port}/mcp`);
