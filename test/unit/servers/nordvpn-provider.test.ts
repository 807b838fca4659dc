/** What NordVPN is asked, in which order, and what its refusals become. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {ok} from '../../../src/result.ts';
import {nordvpn} from '../../../src/servers/nordvpn/provider.ts';
import type {AskApi} from '../../../src/servers/provider.ts';

const servers = readFileSync(join(import.meta.dirname, '../../fixtures/catalogues/nordvpn.json'), 'utf8');
const key = 'AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=';
const token = 'ab'.repeat(32);
const anywhere = {countries: [], cities: [], groups: []};

function api(answers: Readonly<Record<string, {readonly status?: number; readonly text: string}>>): {readonly ask: AskApi; readonly asked: string[]} {
	const asked: string[] = [];
	return {
		asked,
		async ask(path, headers) {
			asked.push(`${path}${headers?.['authorization'] === undefined ? '' : ' with authorization'}`);
			const [, answer] = Object.entries(answers).find(([prefix]) => path.startsWith(prefix)) ?? ['', {status: 404, text: ''}];
			return ok({status: answer.status ?? 200, text: answer.text, headers: {}});
		},
	};
}

const working = {
	'/v1/users': {text: JSON.stringify({nordlynx_private_key: key, username: 'CANARY', password: 'CANARY'})},
	'/v1/servers/countries': {text: '[{"id":208,"name":"Sweden","code":"SE","cities":[{"id":5,"name":"Stockholm"}]},{"id":209,"name":"Switzerland","code":"CH"}]'},
	'/v1/servers/groups': {text: '[{"id":15,"title":"P2P","identifier":"legacy_p2p"}]'},
	'/v1/servers/recommendations': {text: servers},
};

test('without wishes two questions, and the token goes with one of them only', async () => {
	const {ask, asked} = api(working);
	const listing = await nordvpn({token: () => token, wish: anywhere}).ask(ask);
	expect(asked).toEqual(['/v1/users/services/credentials with authorization', '/v1/servers/recommendations?limit=50&filters%5Bservers_technologies%5D%5Bid%5D=35']);
	expect(listing).toMatchObject({ok: true, value: {relays: [{id: 'se512'}], account: {addresses: [{address: '10.5.0.2', prefixLength: 32}], resolvers: ['103.86.96.100', '103.86.99.100']}}});
	expect(JSON.stringify(listing)).not.toContain(key);
	expect(JSON.stringify(listing)).not.toContain('CANARY');
});

test('countries, a city in one of them and a group are asked by number', async () => {
	const {ask, asked} = api(working);
	expect((await nordvpn({token: () => token, wish: {countries: ['se'], cities: ['stockholm'], groups: ['p2p']}}).ask(ask)).ok).toBe(true);
	expect(asked.at(-1)).toContain('country_id%5D=208&filters%5Bcountry_city_id%5D=5&filters%5Bservers_groups%5D%5Bid%5D=15');
});

test.each([
	[{countries: ['Atlantis'], cities: [], groups: []}, 'COUNTRY names Atlantis, which NordVPN does not have.', 'It has Sweden, Switzerland.'],
	[{countries: ['CH'], cities: ['Stockholm'], groups: []}, 'CITY names Stockholm, which NordVPN does not have.', 'Look it up in your account there.'],
	[{countries: [], cities: [], groups: ['double']}, 'GROUP names double, which NordVPN does not have.', 'It has P2P.'],
])('a wish it does not have is a sentence: %j', async (wish, what, next) => {
	expect(await nordvpn({token: () => token, wish}).ask(api(working).ask)).toMatchObject({ok: false, error: {what, next}});
});

test.each([
	[{...working, '/v1/users': {status: 401, text: '{"errors":{"message":"token CANARY"}}'}}, 'credentials', 'does not accept the access token (401)'],
	[{...working, '/v1/users': {text: 'not JSON CANARY'}}, 'no-server', 'answered something else'],
	[{...working, '/v1/servers/recommendations': {status: 429, text: 'CANARY'}}, 'no-server', 'asked too often'],
	[{...working, '/v1/servers/recommendations': {status: 503, text: ''}}, 'no-server', 'with status 503'],
])('a refusal is told by its status, never by its text', async (answers, code, words) => {
	const listing = await nordvpn({token: () => token, wish: anywhere}).ask(api(answers).ask);
	expect(listing).toMatchObject({ok: false, error: {code, what: expect.stringContaining(words)}});
	expect(JSON.stringify(listing)).not.toContain('CANARY');
});
