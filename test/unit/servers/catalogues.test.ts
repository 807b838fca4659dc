/** Providers' lists as their APIs give them: what is taken, what is skipped and why. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {parseCache, renderCache, isFresh, freshForMs} from '../../../src/servers/catalogue-cache.ts';
import {randomOfTop, ranked, wanted} from '../../../src/servers/choose.ts';
import {parseMullvadRelays} from '../../../src/servers/mullvad/relay-list.ts';
import {authorizationOf, isAccessToken, parseCredentials} from '../../../src/servers/nordvpn/credentials.ts';
import {findCity, findCountry, findGroup, parseCountries, parseGroups} from '../../../src/servers/nordvpn/places.ts';
import {recommendationsPath} from '../../../src/servers/nordvpn/query.ts';
import {parseNordvpnServers} from '../../../src/servers/nordvpn/server-list.ts';
import type {Relay} from '../../../src/servers/relay.ts';

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, '../../fixtures/catalogues', name), 'utf8');

describe('Mullvad', () => {
	const read = parseMullvadRelays(fixture('mullvad.json'));
	const list = read.ok ? read.value : {relays: [], skipped: []};

	test('active relays become servers with place, key and both addresses', () => {
		expect(list.relays.map(({id}) => id)).toEqual(['se-mma-wg-001', 'ch-zrh-wg-001']);
		expect(list.relays[0]).toMatchObject({countryCode: 'SE', country: 'Sweden', city: 'Malmö', load: null, groups: ['owned', '31173'], addresses: ['193.138.218.220', '2a03:1b20:1:f410::a01f'], port: 51_820});
	});

	test('a bad entry costs that entry, by name and reason', () => {
		expect(list.skipped.map(({name, why}) => `${name}: ${why}`)).toEqual([
			'xx-bad-wg-001: location: is not among the locations',
			'ch-zrh-wg-003: ipv4_addr_in: is not an address',
			'ch-zrh-wg-004: public_key: is not a WireGuard key',
			'entry 7: it: Invalid input: expected object, received number',
		]);
	});

	test.each(['', '[]', '{}', '{"locations":{},"wireguard":{}}', 'null'])('%j is no relay list', text => {
		expect(parseMullvadRelays(text).ok).toBe(false);
	});
});

describe('NordVPN', () => {
	test('servers that are online and speak WireGuard, with key and address of one object', () => {
		const read = parseNordvpnServers(fixture('nordvpn.json'));
		const {relays, skipped} = read.ok ? read.value : {relays: [], skipped: []};
		expect(relays).toEqual([{
			id: 'se512', countryCode: 'SE', country: 'Sweden', city: 'Stockholm', load: 17, groups: ['p2p', 'standard'],
			addresses: ['185.183.104.5'], port: 51_820, publicKey: 'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=',
		}]);
		expect(skipped.map(({name}) => name)).toEqual(['no1.nordvpn.com', 'se512', 'bad[2J']);
	});

	test('places by name, code and number, whatever the case', () => {
		const read = parseCountries('[{"id":208,"name":"Sweden","code":"se","cities":[{"id":5,"name":"Göteborg","dns_name":"gothenburg"}]},{"id":1,"name":"United States","code":"US"},{"broken":1}]');
		const countries = read.ok ? read.value : [];
		expect(['sweden', 'SE', '208', 'united-states', 'nowhere'].map(word => findCountry(word, countries)?.id ?? null)).toEqual([208, 208, 208, 1, null]);
		expect(['goteborg', 'Gothenburg', '5', 'Malmö'].map(word => findCity(word, countries)?.city.id ?? null)).toEqual([5, 5, 5, null]);
	});

	test('groups by title, identifier and number', () => {
		const read = parseGroups('[{"id":15,"title":"P2P","identifier":"legacy_p2p"}]');
		expect(['p2p', 'legacy_p2p', '15', 'obfuscated'].map(word => findGroup(word, read.ok ? read.value : [])?.id ?? null)).toEqual([15, 15, 15, null]);
	});

	test('the question is bounded and names only what is wished', () => {
		expect(recommendationsPath({countryId: 208, cityId: null, groupId: null, limit: 9999}))
			.toBe('/v1/servers/recommendations?limit=50&filters%5Bservers_technologies%5D%5Bid%5D=35&filters%5Bcountry_id%5D=208');
	});

	test('a token is asked with Basic, and no reason repeats the answer', () => {
		const token = 'ab'.repeat(32);
		expect(isAccessToken(token)).toBe(true);
		expect(isAccessToken(`${token}\n`)).toBe(false);
		expect(Buffer.from(authorizationOf(token).slice(6), 'base64').toString()).toBe(`token:${token}`);
		expect(parseCredentials('{"nordlynx_private_key":"secret"}')).toEqual({ok: false, error: 'the answer holds no NordLynx key'});
	});
});

const relay = (id: string, load: number | null, countryCode = 'SE'): Relay => ({
	id, load, countryCode, country: countryCode === 'SE' ? 'Sweden' : 'Norway', city: 'Oslo', groups: ['p2p'], addresses: [], port: 51_820 as Relay['port'], publicKey: '',
});

describe('choosing', () => {
	const relays = [relay('a', 60), relay('b', 20), relay('c', null, 'NO'), relay('d', 20)];

	test('wishes leave what meets all of them', () => {
		expect(wanted(relays, {countries: ['norway', 'FI'], cities: [], groups: ['P2P']}).map(({id}) => id)).toEqual(['c']);
		expect(wanted(relays, {countries: [], cities: ['Bergen'], groups: []})).toEqual([]);
		expect(wanted(relays, {countries: [], cities: [], groups: []})).toHaveLength(4);
	});

	test('measured before unmeasured, then load, then the provider\'s order', () => {
		expect(ranked(relays, {latencyMs: new Map([['a', 30], ['c', 12]])}).map(({id}) => id)).toEqual(['c', 'a', 'b', 'd']);
	});

	test('one of the first so many, whatever chance says', () => {
		expect([0, 0.49, 0.5, 1, Number.NaN].map(value => randomOfTop(relays, 2, () => value)?.id ?? null)).toEqual(['a', 'a', 'b', 'b', null]);
		expect(randomOfTop([], 3, () => 0)).toBeNull();
	});
});

test('a cache reads back what was written, says its age, and is nothing when broken', () => {
	const read = parseMullvadRelays(fixture('mullvad.json'));
	const list = {provider: 'mullvad', question: '', readAtMs: 1000, relays: read.ok ? read.value.relays : []};
	expect(parseCache(renderCache(list))).toEqual(list);
	expect(parseCache(renderCache(list).replace('193.138', '193,138'))).toBeNull();
	expect([999, 1000, 1000 + freshForMs].map(nowMs => isFresh(list, nowMs))).toEqual([false, true, false]);
});
