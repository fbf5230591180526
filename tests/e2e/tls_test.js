// The same over TLS, at servers whose certificates go back to a root of our own.
import { readFileSync } from 'node:fs';
import { Issuer } from './servers/issuer.js';
import { keyfobTest } from './support/keyfob.js';
import { here } from './support/program.js';
import { equal, match } from './support/test.js';

const file = (name) => `${here}/../vectors/x509/${name}`;
const certificate = (name) => ({
	key: readFileSync(file('server.key.pem')),
	cert: Buffer.concat([readFileSync(file(name)), readFileSync(file('between.pem'))]),
});
const ROOT = ['--extra-ca', file('root.pem')];

keyfobTest('tls: sign-in, refresh, inspect and logout where the root is trusted', async (t, keyfob) => {
	const issuer = await t.use(new Issuer().start({ secure: certificate('server-local.pem') }));
	issuer.lifetime = 1;
	await keyfob.login(issuer.mcp, ...ROOT);
	await keyfob.expired(issuer.mcp);
	issuer.lifetime = 3600;
	equal((await keyfob.expect(0, ['token', issuer.mcp, ...ROOT])).trim(), issuer.families[0].last, 'the fresh token');
	match(await keyfob.expect(0, ['inspect', issuer.mcp, ...ROOT]), /echo/, 'the tools');
	await keyfob.expect(0, ['logout', issuer.mcp, ...ROOT]);
	equal(issuer.counts.revocations > 0, true, 'revoked');
});

for (const [what, secure, args, said] of [
	['a root that nobody trusts', certificate('server-local.pem'), [], /certificate|trust/],
	['a certificate for another name', certificate('server.pem'), ROOT, /certificate|name/],
	['a server that speaks TLS 1.3 alone', { ...certificate('server-local.pem'), minVersion: 'TLSv1.3' }, ROOT, /TLS 1\.3/],
])
	keyfobTest(`tls: ${what} is refused by name`, async (t, keyfob) => {
		const issuer = await t.use(new Issuer().start({ secure }));
		const end = await keyfob.run(['login', issuer.mcp, '--no-browser', ...args]);
		equal(end.code, 4, `exit of ${end.stderr}`);
		match(end.stderr, said, 'what is said');
		equal(issuer.counts.registrations + issuer.counts.authorizations, 0, 'requests that came through');
	});
