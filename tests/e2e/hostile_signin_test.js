// Servers and issuers that mean it ill, up to the moment where the user is asked to sign in.
import { Hostile, ISSUER, RESOURCE, drip, flood, head, raw, silence, status } from './servers/hostile.js';
import { checkEnd, digestOf } from './support/bounded.js';
import { keyfobTest } from './support/keyfob.js';
import { check, equal } from './support/test.js';

const OK = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
const GIB = 2 ** 30;

/* A login that must fail before anyone is asked, and leave nothing. */
function refuses(what, code, said, answers, { args = [], seconds, path } = {}) {
	keyfobTest(`hostile: login: ${what}`, async (t, keyfob) => {
		const site = await t.use(new Hostile().start());
		Object.assign(site.answers, answers(site));
		const before = await digestOf(keyfob.home);
		const program = keyfob.start(['login', path ? site.url + path : site.mcp, '--no-browser', '--timeout', '2', ...args]);
		const end = await checkEnd(program, { code, said, seconds });
		equal(await digestOf(keyfob.home), before, 'what is kept');
		check(!end.stdout, 'nothing on standard output');
		check(!site.asked.some(({ headers }) => headers.authorization), 'no credential travelled');
	});
}

const issuer = (change) => (site) => ({ [ISSUER]: () => ({ ...site.issuer, ...change(site) }) });
const resource = (change) => (site) => ({ [RESOURCE]: () => ({ ...site.resource, ...change(site) }) });

for (const [name, path] of [['resource metadata', RESOURCE], ['issuer metadata', ISSUER]]) {
	const bad = (what, code, said, answer, more) => refuses(`${name} ${what}`, code, said, (site) => ({ [path]: answer(site) }), more);

	bad('of 1 GiB', 1, /larger|longer|too (large|long|big)|more than/, () => flood(`${OK}content-length: ${GIB}\r\n\r\n`, ' ', GIB));
	bad('without end', 1, /larger|longer|too (large|long|big)|more than/, () => flood(`${OK}\r\n`, ' '));
	bad('without end, of chunks', 1, /larger|longer|too (large|long|big)|more than/, () => flood(`${OK}transfer-encoding: chunked\r\n\r\n`, '1\r\n[\r\n'));
	bad('that drips', 4, /timed out/, () => drip(`${OK}content-length: 100000\r\n\r\n`, ' ', 50), { seconds: 8 });
	bad('that never comes', 4, /timed out after 2 s/, () => silence);
	bad('that is no JSON', 1, null, () => () => '{"issuer": \u001b[31m');
	bad('that is nested deeply', 1, null, () => () => '{"issuer":'.repeat(10000));
	bad('of many members', 1, null, () => () => `{${'"a":1,'.repeat(30000)}"b":2}`);
	bad('cut short', 4, /cut short|closed|ended/, () => raw(`${OK}content-length: 1000\r\n\r\n{"issuer":`));
	bad('that leads back to itself', 1, /redirect/, (site) => status(302, { location: `${site.url}${path}` }));
	bad('elsewhere', 1, /redirect/, () => status(302, { location: 'https://evil.example/metadata' }));
	bad('at another port', 1, /redirect/, () => status(302, { location: 'http://127.0.0.1:1/metadata' }));
	bad('in a file', 1, /redirect/, () => status(302, { location: 'file:///etc/passwd' }));
}

refuses('the resource is another server', 1, /not this server/, resource(() => ({ resource: 'https://other.example/mcp' })));
refuses('the resource is a path beside', 1, /not this server/, resource((site) => ({ resource: `${site.url}/mcp2` })));
refuses('the resource is of no kind', 1, null, resource(() => ({ resource: ['a'] })));
refuses('the issuer is another', 1, /issuer/, issuer(() => ({ issuer: 'https://honest.example' })));
refuses('the issuer says otherwise in colours', 1, /issuer/, issuer(() => ({ issuer: '\u001b]0;owned\u0007\u202ehttps://x' })));
refuses('the authorization server is a file', 1, null, resource(() => ({ authorization_servers: ['file:///etc/passwd'] })));
refuses('the authorization server is in plain http elsewhere', 1, null, resource(() => ({ authorization_servers: ['http://plain.example'] })));
refuses('no authorization server', 1, /empty/, resource(() => ({ authorization_servers: [] })));
refuses('no PKCE', 1, /PKCE/, issuer(() => ({ code_challenge_methods_supported: ['plain'] })));

for (const endpoint of ['javascript:alert(1)', 'file:///etc/passwd', 'data:text/html,x', 'ftp://127.0.0.1/', '-oProxyCommand=x', '--help',
	'$(touch /tmp/owned)', '`id`', '"; id; "', "'; id; '", 'http://plain.example/authorize', '//elsewhere', '', ' ',
	'https://user:secret@127.0.0.1/', 'https://[::1', 'https://a\nb/', 'https://\u001b[2J/', 'x'.repeat(100000)])
	refuses(`authorization_endpoint ${JSON.stringify(endpoint).slice(0, 60)}`, 1, null, issuer(() => ({ authorization_endpoint: endpoint })));
for (const endpoint of ['file:///etc/passwd', 'http://plain.example/token', 'http://127.0.0.1:99999/', 'gopher://127.0.0.1/', 7, null])
	refuses(`token_endpoint ${JSON.stringify(endpoint)}`, 1, null, issuer(() => ({ token_endpoint: endpoint })));

for (const tail of ['/`id`', '/a|b', '/a"b', '/<a>', '/\u001b[31m\u202ered', '/a b\tc', '/a\\b', '/#x', '/%', '/%1b['])
	refuses(`authorization_endpoint that ends in ${JSON.stringify(tail)}`, 1, /authorization_endpoint/, issuer((site) => ({ authorization_endpoint: `${site.url}/authorize${tail}` })));

/* Those that are taken are shown and opened as they are: one argument, visible ASCII. */
for (const tail of ["?x=$(id);&'*!~", '/%0a%1b%5b31m', '?-oProxyCommand=x', '/a;id;/&&id'])
	keyfobTest(`hostile: login: the address with ${tail} is one argument of the browser`, async (t, keyfob) => {
		const site = await t.use(new Hostile().start());
		site.answers[ISSUER] = () => ({ ...site.issuer, authorization_endpoint: `${site.url}/authorize${tail}` });
		const browser = await keyfob.browser();
		const end = await checkEnd(keyfob.start(['login', site.mcp, '--browser', browser, '--timeout', '1']), { code: 3, said: /in time/ });
		const [n, address] = (await keyfob.note('argv')).split('\n');
		equal(n, '1', 'arguments of the browser');
		equal(address, /^ {2}(http\S*)$/m.exec(end.stderr)?.[1], 'the address that is opened');
		check(/^http:\/\/127\.0\.0\.1:\d+\/[!#-;=?-Z\[\]_a-z~%]*$/.test(address), `what is in ${address}`);
	});

const register = (answer) => () => ({ '/register': answer });
refuses('the registration says no in colours', 1, /register|client/i, register(status(400, {}, JSON.stringify({ error: 'invalid_client_metadata', error_description: '\u001b[31mred\u001b[0m\u202eesrever\r\nkeyfob: Signed in' }))));
refuses('the registration says much', 1, null, register(status(400, {}, JSON.stringify({ error: 'e'.repeat(30000), error_description: 'x'.repeat(30000) }))));
refuses('the registration gives no client', 1, null, register(() => ({})));
refuses('the registration gives a client with line ends', 1, null, register(() => ({ client_id: 'a\r\nb' })));
refuses('the registration gives a huge client', 1, null, register(() => ({ client_id: 'c'.repeat(60000) })));
refuses('the registration never ends', 1, null, register(flood(`${OK}\r\n`, ' ')));
refuses('the registration leads elsewhere', 1, null, register(status(307, { location: 'https://evil.example/' })));

const mcp = (answer) => () => ({ '/mcp': answer });
refuses('thousands of challenges', 1, null, mcp((_, res) => void res.writeHead(401, { 'www-authenticate': Array(400).fill('Bearer realm="x", Basic realm="y", resource_metadata="file:///etc/passwd"') }).end()));
refuses('a challenge of 60 kB', 1, null, mcp(status(401, { 'www-authenticate': `Bearer ${'a="b", '.repeat(8000)}resource_metadata="https://x"` })));
refuses('a challenge that names a file', 1, null, mcp(status(401, { 'www-authenticate': 'Bearer resource_metadata="file:///etc/passwd"' })));
refuses('a challenge that names another origin', 4, /refused/, mcp(status(401, { 'www-authenticate': 'Bearer resource_metadata="https://127.0.0.1:1/x"' })));
refuses('a challenge of quotes that never close, as if there were none', 3, /in time/, mcp(status(401, { 'www-authenticate': 'Bearer resource_metadata="\\"\\' })));
refuses('the server sends elsewhere', 1, /another address/, mcp(status(302, { location: 'https://evil.example/\u00ff' })));
