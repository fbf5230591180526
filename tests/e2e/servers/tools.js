// tools: what the servers of the SDKs offer.
import { z } from 'zod';

const text = (value) => ({ content: [{ type: 'text', text: value }] });

export function addTools(server) {
	server.registerTool('add', { description: 'Adds two numbers', inputSchema: z.object({ a: z.number(), b: z.number() }) },
		({ a, b }) => text(String(a + b)));
	server.registerTool('greet', { description: 'Greets somebody', inputSchema: z.object({ name: z.string() }) },
		({ name }) => text(`Hello, ${name}`));
	return server;
}
