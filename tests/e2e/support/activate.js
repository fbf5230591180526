// activate: what somebody does who was told a code: opens the page that was named, says yes, and signs in.

const attribute = (tag, name) => new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1];

/* The form of a page, filled in: its hidden fields, and a yes where it asks. */
function fillIn(page, url) {
	const form = /<form[^>]*>[^]*?<\/form>/.exec(page)?.[0];
	if (!form)
		return null;
	const fields = new URLSearchParams();
	for (const [tag] of form.matchAll(/<input[^>]*>/g))
		fields.set(attribute(tag, 'name'), attribute(tag, 'value') ?? '');
	if (/Confirm/.test(form))
		fields.set('confirm', 'yes');
	return { url: new URL(attribute(form, 'action').replaceAll('&amp;', '&'), url), body: fields };
}

/* Returns the text of the last page. */
export async function activate(start) {
	const jar = new Map();
	let next = { url: new URL(start) };
	for (let pages = 0; pages < 20; pages++) {
		const answer = await fetch(next.url, {
			method: next.body ? 'POST' : 'GET', body: next.body, redirect: 'manual',
			headers: jar.size ? { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') } : {},
		});
		for (const line of answer.headers.getSetCookie()) {
			const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
			/expires=Thu, 01 Jan 1970/i.test(line) ? jar.delete(name) : jar.set(name, value);
		}
		const text = await answer.text();
		const location = answer.headers.get('location');
		const form = location ? { url: new URL(location, next.url) } : fillIn(text, next.url);
		if (!form)
			return text;
		next = form;
	}
	throw new Error('the pages have no end');
}
