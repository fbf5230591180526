// flags: how to sign in, from what a scenario's context holds.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BROWSER = join(dirname(fileURLToPath(import.meta.url)), '../e2e/browser');

/* What a user of such a server would ask for. */
const WISHES = [
	[/client-credentials/, '--grant', 'client_credentials'],
	[/enterprise-managed/, '--grant', 'enterprise'],
	[/jwt-bearer/, '--grant', 'jwt_bearer'],
	[/dpop/, '--dpop'],
];

const PLAIN = { client_id: '--client-id', issuer: '--issuer', idp_token_endpoint: '--idp-token-endpoint', idp_client_id: '--idp-client-id' };
const FILES = { client_secret: '--client-secret-file', private_key_pem: '--client-key-file', idp_id_token: '--id-token-file', valid_jwt: '--assertion-file' };

/* Secrets go into files of folder. */
export function flagsOf(scenario, context, folder) {
	const flags = ['--browser', BROWSER, '--elicit', 'defaults', '--client-metadata-url', 'https://conformance-test.local/client-metadata.json'];
	for (const [pattern, ...words] of WISHES)
		if (pattern.test(scenario))
			flags.push(...words);
	for (const [member, flag] of Object.entries(PLAIN))
		if (context[member] !== undefined)
			flags.push(flag, context[member]);
	for (const [member, flag] of Object.entries(FILES))
		if (context[member] !== undefined) {
			writeFileSync(join(folder, member), context[member], { mode: 0o600 });
			flags.push(flag, join(folder, member));
		}
	return flags;
}
