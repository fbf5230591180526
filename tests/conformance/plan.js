// plan: what is asked of a scenario's server: mostly, all that it offers.
import { argumentsFor } from './example.js';

async function callAll(script) {
	for (const { name, inputSchema } of await script.list('tools/list', 'tools'))
		await script.call(name, argumentsFor(inputSchema));
}

async function callGiven(script, { toolCalls }) {
	await script.list('tools/list', 'tools');
	for (const { name, arguments: args } of toolCalls)
		await script.call(name, args);
}

async function askAll(script) {
	await callAll(script);
	for (const { uri } of await script.list('resources/list', 'resources'))
		await script.ask('resources/read', { uri });
	for (const { name, arguments: list } of await script.list('prompts/list', 'prompts'))
		await script.ask('prompts/get', { name, arguments: Object.fromEntries((list ?? []).map((one) => [one.name, 'x'])) });
}

/* Gives the schema of one tool back, as it came, as the argument of another. */
async function echoSchema(script) {
	const tools = await script.list('tools/list', 'tools');
	const { inputSchema } = tools.find(({ name }) => name === 'json_schema_2020_12_tool') ?? {};
	await script.call('json_schema_echo', { schema: inputSchema });
}

const PLANS = {
	'http-standard-headers': askAll,
	'http-custom-headers': callGiven,
	'json-schema-2020-12-preservation': echoSchema,
	'json-schema-ref-no-deref': (script) => script.list('tools/list', 'tools'),
};

export function planOf(scenario) {
	return PLANS[scenario] ?? callAll;
}
