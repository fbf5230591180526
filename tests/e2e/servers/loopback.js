// loopback: every listener of this process on 127.0.0.1, whatever its program asks for.
// As a preload (node --import) it suits programs that would listen on every address.
import dns from 'node:dns';
import net from 'node:net';

/* To listen on an address takes a look-up, and so a moment; programs that gave none read theirs at once. */
const lookup = dns.lookup;
dns.lookup = (name, ...args) => {
	if (name !== '127.0.0.1')
		return lookup(name, ...args);
	const found = { address: name, family: 4 };
	args[0]?.all ? args.at(-1)(null, [found]) : args.at(-1)(null, found.address, found.family);
};

const listen = net.Server.prototype.listen;
const reserved = new Map();

net.Server.prototype.listen = function (...args) {
	const done = args.findLast((arg) => typeof arg === 'function');
	const first = args[0];
	if (first instanceof net.Server || (first && typeof first === 'object' && first.port === undefined))
		return listen.apply(this, args);
	const port = Number(typeof first === 'object' && first ? first.port : typeof first === 'function' ? 0 : (first ?? 0));
	const kept = reserved.get(port);
	reserved.delete(port);
	return kept ? listen.call(this, kept, done) : listen.call(this, port, '127.0.0.1', done);
};

/* A port that the system chose, for a program that must know it before it listens: it listens already,
 * and whoever in this process listens on it next takes the socket over. */
export async function reserve() {
	const server = net.createServer();
	await new Promise((resolve, reject) => server.once('error', reject).listen(0, resolve));
	const { port } = server.address();
	reserved.set(port, server);
	return port;
}
