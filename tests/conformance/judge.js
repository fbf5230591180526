// judge: what the scenarios of one run saw, from the files that the suite left: more strictly than the suite itself,
// which in a set takes no notice of how the client ended, and lets one pass that did nothing.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/* Here the client must give up, with this status: it is lied to, or asked for ever more. */
const GIVEN_UP = new Map([
	['auth/resource-mismatch', '1'], ['auth/metadata-issuer-mismatch', '1'], ['auth/iss-supported-missing', '1'], ['auth/iss-wrong-issuer', '1'],
	['auth/iss-unexpected', '1'], ['auth/iss-normalized', '1'], ['auth/scope-retry-limit', '3'],
]);

/* Here the suite has no check for a client that does not know the skills extension: all of them are skipped. */
const UNCHECKED = /^sep-2640-client-/;

const read = (path) => {
	try { return readFileSync(path, 'utf8'); } catch { return ''; }
};

/* The folder of a scenario's last run: its name, then the time. */
function folderOf(scenario, folder) {
	const [, group, name] = /^(?:(.*)\/)?([^/]+)$/.exec(scenario);
	const parent = join(folder, group ?? '');
	const found = readdirSync(parent).filter((entry) => entry.startsWith(name) && /^-\d{4}-\d\d-\d\dT[\d-]+Z$/.test(entry.slice(name.length)));
	return join(parent, found.sort().at(-1) ?? name);
}

function judgeOne(scenario, folder) {
	const at = folderOf(scenario, folder);
	const checks = JSON.parse(read(join(at, 'checks.json')) || '[]');
	const of = (...words) => checks.filter(({ status }) => words.includes(status));
	const stderr = read(join(at, 'stderr.txt'));
	const passed = of('SUCCESS').length;
	const bad = of('FAILURE', 'WARNING');
	const faults = bad.map(({ id, status, errorMessage, description }) => `${status} ${id}: ${errorMessage ?? description}`);
	if (!passed && !faults.length && !UNCHECKED.test(scenario))
		faults.push('nothing was checked');
	const ended = /^adapter: keyfob ended with (\S+)$/m.exec(stderr)?.[1];
	if (ended === undefined)
		faults.push('the adapter did not come to its end');
	else if (ended !== (GIVEN_UP.get(scenario) ?? '0'))
		faults.push(`keyfob ended with ${ended}`);
	return { scenario, passed, failed: bad.length, faults, output: `${read(join(at, 'stdout.txt'))}${stderr}`.trimEnd() };
}

/* Each scenario that the run named: {scenario, passed, failed (checks), faults (lines), output (of the adapter)}. */
export function judge({ code, output, scenarios }, folder) {
	const results = scenarios.map((scenario) => judgeOne(scenario, folder));
	if (!scenarios.length || (code && !results.some(({ faults }) => faults.length)))
		results.push({ scenario: 'the suite', passed: 0, failed: 0, faults: [`it ran ${scenarios.length} scenarios and ended with ${code}`], output: output.slice(-2000) });
	return results;
}
