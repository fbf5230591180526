// script: requests to a `keyfob run --script -`, each answered before the next.
import { createInterface } from 'node:readline';

export class Script {
	#keyfob;
	#lines;

	constructor(keyfob) {
		this.#keyfob = keyfob;
		this.#lines = createInterface({ input: keyfob.stdout })[Symbol.asyncIterator]();
		keyfob.stdin.on('error', () => {}); /* it may have given up */
	}

	/* The result; null for an error, or where keyfob says no more. */
	async ask(method, params) {
		const request = JSON.stringify({ method, params });
		console.error(`> ${request}`);
		this.#keyfob.stdin.write(`${request}\n`);
		const { value = '', done } = await this.#lines.next();
		console.error(done ? '< nothing' : `< ${value}`);
		return done ? null : JSON.parse(value).result ?? null;
	}

	/* All items of a list. */
	async list(method, member) {
		const items = [];
		let cursor;
		do {
			const result = await this.ask(method, cursor === undefined ? undefined : { cursor });
			items.push(...result?.[member] ?? []);
			cursor = result?.nextCursor;
		} while (cursor !== undefined);
		return items;
	}

	call(name, args) {
		return this.ask('tools/call', { name, arguments: args });
	}
}
