// Where a server may lead its client: to addresses that are nearer than itself, to one issuer after the other, to sign-ins without end.
import http from 'node:http';
import { Hostile, ISSUER, RESOURCE, status } from './servers/hostile.js';
import { checkEnd, digestOf } from './support/bounded.js';
import { keyfobTest } from './support/keyfob.js';
import { check, equal, match } from './support/test.js';

/* --- Addresses -------------------------------------------------------------------------------------------- */

/* A site that is elsewhere: found by way of a proxy alone, which notes all that it is asked for. */
async function elsewhere(t) {
	const site = await t.use(new Hostile().start());
	const inside = site.url;
	const asked = [];
	const forward = (req, res) => {
		const url = new URL(req.url, 'http://mcp.example');
		asked.push(url.host);
		if (url.host !== 'mcp.example')
			return res.writeHead(502).end();
		req.pipe(http.request(inside + url.pathname, { method: req.method, headers: req.headers }, (answer) => answer.pipe(res.writeHead(answer.statusCode, answer.headers))));
	};
	const proxy = http.createServer(forward);
	proxy.on('connect', (req, socket) => {
		if (req.url === 'mcp.example:80')
			return void proxy.emit('connection', socket.on('error', () => {})) || socket.write('HTTP/1.1 200 OK\r\n\r\n');
		asked.push(req.url);
		socket.end('HTTP/1.1 502 No\r\n\r\n');
	});
	await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
	t.after(() => { proxy.closeAllConnections(); proxy.close(); });
	site.url = 'http://mcp.example';
	site.mcp = `${site.url}/mcp`;
	const trap = http.createServer((req, res) => { asked.push(`the trap: ${req.url}`); res.end(); });
	await new Promise((resolve) => trap.listen(0, '127.0.0.1', resolve));
	t.after(() => { trap.closeAllConnections(); trap.close(); });
	const address = `http://127.0.0.1:${proxy.address().port}`;
	return { site, asked, trap: trap.address().port, env: { http_proxy: address, https_proxy: address } };
}

const LOGIN = ['login', '--allow-http', 'mcp.example', '--no-browser', '--timeout', '1'];
const NEAR = ['169.254.169.254', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.0.1', '100.64.0.1', '127.0.0.1', '127.1', '0x7f.1', '2130706433', '0177.0.0.1', '0.0.0.0',
	'localhost', 'localhost.', 'x.localhost', '127.0.0.1.', '169.254.169.254.', '[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:a9fe:a9fe]', '[::ffff:10.0.0.1]', '[::10.0.0.1]',
	'[64:ff9b::a9fe:a9fe]', '[64:ff9b::10.0.0.1]', '[64:ff9b:1::10.0.0.1]', '[2002:a9fe:a9fe::]', '[2002:a00:1::1]', '[2002:7f00:1::]', '[::ffff:0:127.0.0.1]',
	'[fe80::1]', '[fc00::1]', '[fd12:3456::1]', '[fec0::1]', '[fe80::1%25eth0]'];

keyfobTest('hostile: discovery: a server elsewhere is met by way of the proxy, and a sign-in begins', async (t, keyfob) => {
	const { site, asked, env } = await elsewhere(t);
	const end = await checkEnd(keyfob.start([...LOGIN, site.mcp], { env }), { code: 3, said: /in time/ });
	match(end.stderr, /http:\/\/mcp\.example\/authorize\?/, 'what is shown');
	check(asked.length > 3 && asked.every((host) => host === 'mcp.example'), asked.join());
});

for (const [what, change] of [
	['resource_metadata', (site, near) => ({ '/mcp': status(401, { 'www-authenticate': `Bearer resource_metadata="${near}/x"` }) })],
	['the issuer', (site, near) => ({ [RESOURCE]: () => ({ ...site.resource, authorization_servers: [near] }) })],
	...['token_endpoint', 'registration_endpoint', 'authorization_endpoint', 'revocation_endpoint'].map((name) =>
		[name, (site, near) => ({ [ISSUER]: () => ({ ...site.issuer, [name]: `${near}/x` }) })]),
	['device_authorization_endpoint', (site, near) => ({ [ISSUER]: () => ({ ...site.issuer, device_authorization_endpoint: `${near}/x`,
		grant_types_supported: ['urn:ietf:params:oauth:grant-type:device_code'] }) }), '--grant', 'device_code', '--client-id', 'x'],
	['verification_uri', (site, near) => ({ [ISSUER]: () => ({ ...site.issuer, device_authorization_endpoint: `${site.url}/device` }),
		'/device': () => ({ device_code: 'd', user_code: 'u', verification_uri: `${near}/x`, expires_in: 60 }) }), '--grant', 'device_code', '--client-id', 'x'],
].map(([what, change, ...args]) => [what, Object.assign(change, { args })]))
	keyfobTest(`hostile: discovery: ${what} at an address nearer than the server's own is not asked, however it is written`, async (t, keyfob) => {
		const { site, asked, trap, env } = await elsewhere(t);
		const usual = { ...site.answers };
		/* A place that may be asked some day, not now, is passed over. */
		const later = what === 'revocation_endpoint';
		for (const host of later ? NEAR.slice(0, 2) : NEAR)
			for (const scheme of what === 'the issuer' ? ['https', 'http'] : ['https']) {
				site.answers = { ...usual, ...change(site, `${scheme}://${host}:${trap}`) };
				const end = await checkEnd(keyfob.start([...LOGIN, ...change.args, site.mcp], { env }), { code: later ? 3 : 1 });
				later || match(end.stderr, /nearer|plain http|malformed|has no/, host);
			}
		check(asked.every((host) => host === 'mcp.example'), [...new Set(asked)].join());
	}, { seconds: 60 });
