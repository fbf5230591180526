// browser: follows a sign-in from its URL to the loopback redirect, with cookies, as a browser would.

/* The Location that leaves for a redirect URI of the client: the query of the first URL tells which one.
 * Returns that last URL, unvisited. */
export async function follow(start) {
	const target = new URL(start).searchParams.get('redirect_uri');
	const cookies = new Map();
	let url = new URL(start);
	for (let hops = 0; hops < 20; hops++) {
		const jar = cookies.get(url.host) ?? new Map();
		cookies.set(url.host, jar);
		const answer = await fetch(url, {
			redirect: 'manual',
			headers: jar.size ? { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') } : {},
		});
		for (const line of answer.headers.getSetCookie()) {
			const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
			/expires=Thu, 01 Jan 1970/i.test(line) ? jar.delete(name) : jar.set(name, value);
		}
		const location = answer.headers.get('location');
		if (!location)
			throw new Error(`the sign-in stopped at ${url.origin}${url.pathname} with status ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
		await answer.arrayBuffer();
		url = new URL(location, url);
		if (target && url.href.split('?')[0] === target.split('?')[0])
			return url.href;
	}
	throw new Error('the sign-in goes in circles');
}
