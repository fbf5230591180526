// test: the runner. Tests run one after the other; each is bounded in time, and what it started it ends.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const tests = [];

class Skip extends Error {}

/* A test's name is a sentence. seconds: its bound. */
export function test(name, body, { seconds = 30 } = {}) {
	tests.push({ name, body, seconds });
}

export function check(condition, message) {
	if (!condition)
		throw new Error(message);
}

export function equal(actual, expected, what) {
	check(Object.is(actual, expected), `${what}: ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`);
}

export function match(text, pattern, what) {
	check(pattern.test(text), `${what} does not match ${pattern}: ${JSON.stringify(text.slice(0, 600))}`);
}

/* Polls until condition() gives something true, which it returns. */
export async function until(condition, what, seconds = 10) {
	const end = Date.now() + seconds * 1000;
	for (;;) {
		const value = await condition();
		if (value)
			return value;
		if (Date.now() > end)
			throw new Error(`waited ${seconds} s for ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

/* What one test, or another piece of work, started and made. */
export class Context {
	#after = [];

	/* Runs when the test has ended, the last one first. */
	after(end) {
		this.#after.push(end);
	}

	/* Something with a close(), closed at the end. */
	async use(promise) {
		const thing = await promise;
		this.after(() => thing.close());
		return thing;
	}

	async directory() {
		const path = await mkdtemp(join(tmpdir(), 'keyfob-e2e-'));
		this.after(() => rm(path, { recursive: true, force: true }));
		return path;
	}

	skip(why) {
		throw new Skip(why);
	}

	async end() {
		for (const end of this.#after.reverse())
			await Promise.resolve().then(end).catch((error) => console.log(`     at the end: ${error.message}`));
	}
}

async function runOne({ body, seconds }) {
	const context = new Context();
	let timer;
	try {
		const late = new Promise((_, reject) => {
			timer = setTimeout(() => reject(new Error(`not done after ${seconds} s`)), seconds * 1000);
		});
		await Promise.race([body(context), late]);
		return { word: 'ok' };
	} catch (error) {
		return error instanceof Skip ? { word: 'skip', why: error.message } : { word: 'FAIL', why: process.env.E2E_STACK ? error.stack : error.message };
	} finally {
		clearTimeout(timer);
		await context.end();
	}
}

/* Runs the tests whose name has `pattern` in it; returns how many failed. */
export async function runAll(pattern = '') {
	const count = { ok: 0, FAIL: 0, skip: 0 };
	for (const one of tests.filter(({ name }) => name.includes(pattern))) {
		const begun = Date.now();
		const { word, why } = await runOne(one);
		count[word]++;
		console.log(`${word.padEnd(4)} ${one.name} (${((Date.now() - begun) / 1000).toFixed(1)} s)${why ? `\n     ${why.replaceAll('\n', '\n     ')}` : ''}`);
	}
	console.log(`${count.ok} passed, ${count.FAIL} failed${count.skip ? `, ${count.skip} skipped` : ''}`);
	return count.FAIL;
}
