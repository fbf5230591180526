// stdio: the tools of mcp.js on standard input and output: of the SDK 2.x for both eras or, with the argument `old`, of 1.x.
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { McpServer as OldMcpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { addTools } from './tools.js';

if (process.argv[2] === 'old')
	await addTools(new OldMcpServer({ name: 'old', version: '1' })).connect(new StdioServerTransport());
else
	serveStdio(() => addTools(new McpServer({ name: 'both', version: '2' })));
