// run against servers that ask back while a tool is called: in both eras, answered from defaults, or declined.
import { startLegacy, startModern } from './servers/mcp.js';
import { addAskingTools, addOldAskingTools } from './servers/tools.js';
import { keyfobTest } from './support/keyfob.js';
import { equal } from './support/test.js';

const ERAS = [
	['modern', (t) => t.use(startModern(undefined, { add: addAskingTools }))],
	['legacy', (t) => t.use(startLegacy(undefined, { add: addOldAskingTools }))],
];

for (const [era, start] of ERAS) {
	const run = async (t, keyfob, tool, ...args) =>
		JSON.parse(await keyfob.expect(0, ['run', (await start(t)).url, tool, '--arg', 'note=kept', ...args]));

	keyfobTest(`run: a ${era} server is answered from the defaults of its form`, async (t, keyfob) => {
		const { note, action, content } = await run(t, keyfob, 'book', '--elicit', 'defaults');
		equal(action, 'accept', 'action');
		equal(note, 'kept', 'the argument');
		const { name, guests, price, kind, breakfast, ...more } = content;
		equal([name, guests, price, kind, breakfast].join(), 'nobody,2,95.5,double,true', 'what is filled in');
		equal(Object.keys(more).join(), '', 'what has no default');
	});

	keyfobTest(`run: a ${era} server whose form has no default for what it must know is declined`, async (t, keyfob) => {
		equal((await run(t, keyfob, 'consent', '--elicit', 'defaults')).action, 'decline', 'action');
	});

	keyfobTest(`run: a ${era} server is declined where that is said`, async (t, keyfob) => {
		equal((await run(t, keyfob, 'book', '--elicit', 'decline')).action, 'decline', 'action');
	});
}
