// example: a value that suits a JSON Schema, as far as tools of scenarios need one.

const NUMBERS = [5, 3];

function valueFor(schema, count) {
	if (schema?.default !== undefined)
		return schema.default;
	if (schema?.enum)
		return schema.enum[0];
	switch ([schema?.type].flat()[0]) {
	case 'number':
	case 'integer':
		return NUMBERS[count.numbers++ % NUMBERS.length];
	case 'boolean':
		return true;
	case 'array':
		return [];
	case 'object':
		return argumentsFor(schema);
	default:
		return 'x';
	}
}

/* A value for every property. */
export function argumentsFor(schema) {
	const count = { numbers: 0 };
	return Object.fromEntries(Object.entries(schema?.properties ?? {}).map(([name, one]) => [name, valueFor(one, count)]));
}
