// gate: a TCP passage to a server, which can be shut: connections are taken, and not a byte of them is read.
// With `secure` (options of a TLS server) it is where TLS ends.
import net from 'node:net';
import tls from 'node:tls';

export async function startGate(port, secure) {
	const gate = { held: [], shut: false };
	const open = new Set();
	const ports = new Map(); /* of the server's side: of the client's */

	function pass(socket) {
		const server = net.connect(port, '127.0.0.1', () => ports.set(server.localPort, socket.remotePort));
		for (const end of [socket, server]) {
			open.add(end);
			end.on('error', () => end.destroy());
			end.on('close', () => open.delete(end));
		}
		socket.pipe(server).pipe(socket);
	}

	const server = secure ? tls.createServer(secure, take) : net.createServer({ pauseOnConnect: true }, take);

	function take(socket) {
		socket.on('error', () => socket.destroy());
		if (!gate.shut)
			return pass(socket);
		gate.held.push(socket);
	}

	server.on('tlsClientError', () => {});
	await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));

	gate.port = server.address().port;
	/* The port of the client whose connection the server sees come from `port`. */
	gate.clientOf = (from) => ports.get(from);
	/* Ends every connection, so that the next request needs a new one. */
	gate.cut = () => open.forEach((socket) => socket.destroy());
	/* Opens the gate; those held so far go through, or, with `dropping`, are ended unread. */
	gate.open = ({ dropping = false } = {}) => {
		gate.shut = false;
		for (const socket of gate.held.splice(0))
			dropping ? socket.destroy() : pass(socket);
	};
	gate.close = () => {
		gate.open({ dropping: true });
		gate.cut();
		return new Promise((resolve) => server.close(resolve));
	};
	return gate;
}
