// tools: what the servers of the SDKs offer. Those that ask for input give back the answer as JSON.
import { inputRequired } from '@modelcontextprotocol/server';
import { z } from 'zod';

const text = (value) => ({ content: [{ type: 'text', text: value }] });

export function addTools(server) {
	server.registerTool('add', { description: 'Adds two numbers', inputSchema: z.object({ a: z.number(), b: z.number() }) },
		({ a, b }) => text(String(a + b)));
	server.registerTool('greet', { description: 'Greets somebody', inputSchema: z.object({ name: z.string() }) },
		({ name }) => text(`Hello, ${name}`));
	return server;
}

const BOOKING = {
	message: 'Which room?',
	requestedSchema: {
		type: 'object',
		properties: {
			name: { type: 'string', default: 'nobody' },
			guests: { type: 'integer', default: 2 },
			price: { type: 'number', default: 95.5 },
			kind: { type: 'string', enum: ['single', 'double'], default: 'double' },
			breakfast: { type: 'boolean', default: true },
			wishes: { type: 'string' },
		},
		required: ['name'],
	},
};
const CONSENT = { message: 'Sure?', requestedSchema: { type: 'object', properties: { sure: { type: 'boolean' } }, required: ['sure'] } };

const ASKING = { book: BOOKING, consent: CONSENT };

/* SDK 2.x: the result says what is wanted, and the call comes again with it. */
export function addAskingTools(server) {
	for (const [name, form] of Object.entries(ASKING))
		server.registerTool(name, { inputSchema: z.object({ note: z.string().optional() }) }, ({ note }, { mcpReq }) => {
			const answer = mcpReq.inputResponses?.form;
			return answer ? text(JSON.stringify({ note, ...answer })) : inputRequired({ inputRequests: { form: inputRequired.elicit(form) } });
		});
	return server;
}

/* SDK 1.x: the server asks while the call is under way. */
export function addOldAskingTools(server) {
	for (const [name, form] of Object.entries(ASKING))
		server.registerTool(name, { inputSchema: z.object({ note: z.string().optional() }) }, async ({ note }) =>
			text(JSON.stringify({ note, ...await server.server.elicitInput(form) })));
	return server;
}
