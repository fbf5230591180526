// main [PATTERN]: all tests, or those whose name has PATTERN in it.
import './servers/loopback.js';
import { readdirSync } from 'node:fs';
import { here } from './support/program.js';
import { runAll } from './support/test.js';

for (const file of readdirSync(here).filter((name) => name.endsWith('_test.js')).sort())
	await import(`./${file}`);
process.exit(await runAll(process.argv[2]) ? 1 : 0);
