// browser: follows a sign-in from its URL to the loopback redirect, with cookies, as a browser would.

/* Cookies, by host. */
class Jar {
	#hosts = new Map();

	#of(url) {
		if (!this.#hosts.has(url.host))
			this.#hosts.set(url.host, new Map());
		return this.#hosts.get(url.host);
	}

	async fetch(url, options = {}) {
		const jar = this.#of(url);
		const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
		const answer = await fetch(url, { ...options, redirect: 'manual', headers: cookie ? { cookie } : {} });
		for (const line of answer.headers.getSetCookie()) {
			const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
			/expires=Thu, 01 Jan 1970/i.test(line) ? jar.delete(name) : jar.set(name, value);
		}
		return answer;
	}

	/* Follows redirects until there is a page, or until `there`(url). Returns {url, answer}. */
	async go(start, options, there = () => false) {
		let url = new URL(start);
		for (let hops = 0; hops < 20; hops++) {
			const answer = await this.fetch(url, options);
			const location = answer.headers.get('location');
			if (!location)
				return { url, answer };
			await answer.arrayBuffer();
			url = new URL(location, url);
			if (there(url))
				return { url };
			options = {};
		}
		throw new Error('the sign-in goes in circles');
	}
}

/* The Location that leaves for a redirect URI of the client: the query of the first URL tells which one.
 * Returns that last URL, unvisited. */
export async function follow(start) {
	const target = new URL(start).searchParams.get('redirect_uri');
	const { url, answer } = await new Jar().go(start, {}, ({ href }) => target && href.split('?')[0] === target.split('?')[0]);
	if (answer)
		throw new Error(`the sign-in stopped at ${url.origin}${url.pathname} with status ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
	return url.href;
}

/* The one form of a page: where it goes, and its fields as they are filled in. */
function formOf(page) {
	const [, action] = /<form[^>]*action="([^"]*)"/.exec(page) ?? [];
	const fields = [...page.matchAll(/<input[^>]*name="([^"]*)"[^>]*value="([^"]*)"/g)].map(([, name, value]) => [name, value]);
	return action && { action, fields };
}

/* Somebody who enters a device's code where it says, confirms it and signs in. Returns what the last page says. */
export async function enterCode(address, code, more = {}) {
	const jar = new Jar();
	let { url, answer } = await jar.go(address);
	for (let pages = 0; pages < 5; pages++) {
		const page = await answer.text();
		const form = formOf(page);
		if (!form)
			return page;
		const body = new URLSearchParams([...form.fields, ...Object.entries(more)]);
		body.set('user_code', code);
		({ url, answer } = await jar.go(new URL(form.action, url), { method: 'POST', body }));
	}
	throw new Error('the forms do not end');
}
