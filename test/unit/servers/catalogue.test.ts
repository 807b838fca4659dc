/** When a provider is asked, what is kept, and what there is to connect to meanwhile. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {fail, ok} from '../../../src/result.ts';
import type {Account} from '../../../src/servers/account.ts';
import {createCatalogue, type Catalogue} from '../../../src/servers/catalogue.ts';
import {freshForMs} from '../../../src/servers/catalogue-cache.ts';
import {mullvad} from '../../../src/servers/mullvad/provider.ts';
import type {AskApi, Provider} from '../../../src/servers/provider.ts';
import {readAddresses} from '../../../src/tunnel/conf-values.ts';

const text = readFileSync(join(import.meta.dirname, '../../fixtures/catalogues/mullvad.json'), 'utf8');
const addresses = readAddresses('10.66.0.2/32');
const account: Account = {privateKey: () => 'CANARY', addresses: addresses.ok ? addresses.value : [], resolvers: []};
const works: AskApi = async () => ok({status: 200, text, headers: {}});
const broken: AskApi = async () => ok({status: 503, text: '', headers: {}});

function scene({provider = mullvad(account), known = account, kept = null, countries = [], randomTop = 0}: {provider?: Provider; known?: Account | null; kept?: string | null; countries?: readonly string[]; randomTop?: number} = {}) {
	let [nowMs, file] = [1_000_000, kept];
	const catalogue = createCatalogue({
		provider, account: known, wish: {countries, cities: [], groups: []}, nowMs: () => nowMs, randomTop, random: () => 0.99,
		cache: {
			read: () => file,
			write(written) {
				file = written;
				return ok(undefined);
			},
		},
	});
	return {catalogue, file: () => file, later: (ms: number) => void (nowMs += ms)};
}

const ids = (catalogue: Catalogue): readonly string[] => catalogue.entries().map(entry => (entry.ok ? entry.server.id : `${entry.id}: ${entry.problem.what}`));

test('asked at once when there is nothing, then once a day', async () => {
	const {catalogue, later} = scene();
	expect([catalogue.need(), catalogue.readAtMs(), ids(catalogue)]).toEqual(['now', null, []]);
	expect(await catalogue.refresh(works, null)).toEqual({ok: true, value: undefined});
	expect([catalogue.need(), catalogue.skipped(), ids(catalogue)]).toEqual([null, 4, ['se-mma-wg-001', 'ch-zrh-wg-001']]);
	later(freshForMs);
	expect([catalogue.need(), ids(catalogue)]).toEqual(['soon', ['se-mma-wg-001', 'ch-zrh-wg-001']]);
});

test('what was kept serves without a network, and holds no key', async () => {
	const first = scene();
	await first.catalogue.refresh(works, null);
	expect(first.file()).not.toContain('CANARY');
	const next = scene({kept: first.file(), countries: ['switzerland']});
	expect([next.catalogue.need(), ids(next.catalogue)]).toEqual([null, ['ch-zrh-wg-001']]);
});

test('a list for other wishes, of another provider or in pieces is none', async () => {
	const {catalogue, file} = scene();
	await catalogue.refresh(works, null);
	const kept = file() ?? '';
	for (const other of [kept.slice(0, 200), kept.replace('"mullvad"', '"nordvpn"'), kept.replace('"relays"', '"others"'), '']) {
		expect(scene({kept: other}).catalogue.need()).toBe('now');
	}
});

test('a refusal is not followed by another question at once, and the pause grows', async () => {
	const {catalogue, later} = scene();
	for (const pauseMs of [10_000, 20_000, 40_000]) {
		expect((await catalogue.refresh(broken, null)).ok).toBe(false);
		later(pauseMs - 1);
		expect(catalogue.need()).toBeNull();
		later(1);
		expect(catalogue.need()).toBe('now');
	}
});

test('servers whose key is still to be asked for are shown and cannot be used', async () => {
	const kept = scene();
	await kept.catalogue.refresh(works, null);
	const unknown: Provider = {...mullvad(account), ask: async () => fail({code: 'no-server', severity: 'error', what: 'x', stillBlocking: true, next: 'y'})};
	const {catalogue} = scene({provider: unknown, known: null, kept: kept.file()});
	expect(catalogue.need()).toBe('now');
	expect(ids(catalogue)).toContain('se-mma-wg-001: The key for it is not known yet.');
});

test('chance puts one of so many before the others, once for each list', async () => {
	const {catalogue} = scene({randomTop: 2});
	await catalogue.refresh(works, null);
	expect([ids(catalogue), ids(catalogue)]).toEqual([['ch-zrh-wg-001', 'se-mma-wg-001'], ['ch-zrh-wg-001', 'se-mma-wg-001']]);
});

test('the server that is connected to stays when the new list has it not, any other goes', async () => {
	const {catalogue} = scene();
	await catalogue.refresh(works, null);
	const less: AskApi = async () => ok({status: 200, text: text.replaceAll('se-mma-wg-001', 'se-mma-wg-002').replaceAll('ch-zrh-wg-001', 'ch-zrh-wg-002'), headers: {}});
	await catalogue.refresh(less, 'se-mma-wg-001');
	expect(ids(catalogue)).toEqual(['se-mma-wg-002', 'ch-zrh-wg-002', 'se-mma-wg-001']);
});

test('the operator\'s haste ends a pause, and being called off begins none', async () => {
	const {catalogue} = scene();
	await catalogue.refresh(broken, null);
	expect(catalogue.need()).toBeNull();
	catalogue.hurry();
	expect(catalogue.need()).toBe('now');
	await catalogue.refresh(async () => fail({code: 'superseded', severity: 'warning', what: 'x', stillBlocking: true, next: 'y'}), null);
	expect(catalogue.need()).toBe('now');
});
