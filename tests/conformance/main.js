// main: runs the suite's sets one after the other and counts what the scenarios saw. No failure is expected of any.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { judge } from './judge.js';
import { build, clientScenarios, runSuite } from './suite.js';

/* The requirement sets run the extensions too, without scoring them; here they count. */
const SETS = [
	{ name: 'required by 2025-11-25', runs: [['--requirements', '2025-11-25']] },
	{ name: 'required by 2026-07-28', runs: [['--requirements', '2026-07-28']] },
	{ name: 'required by 2026-07-28, nothing kept on disk', runs: [['--requirements', '2026-07-28']], persist: 'memory' },
	{ name: 'applicable to 2025-06-18', runs: [['--suite', 'all', '--spec-version', '2025-06-18']] },
	{ name: 'extensions', runs: [['--suite', 'extensions']] },
	{ name: 'servers of 2025-03-26', runs: [['--suite', 'backcompat']] },
];

const seen = new Set();
const total = { passed: 0, failed: 0 };

async function runSet({ name, runs, persist }) {
	const folder = join(build, name.replaceAll(/\W+/g, '-'));
	const results = [];
	for (const args of runs)
		results.push(...judge(await runSuite(args, folder, persist), folder));
	results.forEach(tell);
	const sum = (value) => results.reduce((all, result) => all + value(result), 0);
	const failed = sum(({ faults }) => faults.length ? 1 : 0);
	total.passed += results.length - failed;
	total.failed += failed;
	return `${name}: ${results.length - failed} scenarios passed, ${failed} failed; ${sum((r) => r.passed)} checks passed, ${sum((r) => r.failed)} failed`;
}

function tell({ scenario, passed, failed, faults, output }) {
	seen.add(scenario);
	console.log(`${faults.length ? 'FAIL' : 'ok  '} ${scenario} (${passed}/${passed + failed})`);
	for (const text of faults)
		console.log(`     ${text}`);
	if (faults.length && output)
		console.log(output.replaceAll(/^/gm, '     | '));
}

async function runAll(pattern) {
	const lines = [];
	const run = async (set) => {
		if (!set.name.includes(pattern))
			return;
		console.log(`\n${set.name}`);
		lines.push(await runSet(set));
	};
	for (const set of SETS)
		await run(set);
	/* Whatever else the suite has for a client. */
	const rest = pattern ? [] : (await clientScenarios()).filter((scenario) => !seen.has(scenario));
	if (rest.length)
		await run({ name: 'in no set', runs: rest.map((scenario) => ['--scenario', scenario]) });
	return lines;
}

rmSync(build, { recursive: true, force: true });
const args = process.argv.slice(2);
const lines = args[0]?.startsWith('-') ? [await runSet({ name: args.join(' '), runs: [args] })] : await runAll(args[0] ?? '');
console.log(`\n${lines.join('\n')}\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed || !total.passed ? 1 : 0);
