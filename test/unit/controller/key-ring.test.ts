/** How old keys are, as far as that can be known, and when that is told. */
import {mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {keyInFull, keyText} from '../../../src/console/select/server-words.ts';
import {createKeyRing} from '../../../src/controller/key-ring.ts';
import {keyRingFile, parseKeyRecords, renderKeyRecords} from '../../../src/controller/key-ring-file.ts';
import {keyProblems} from '../../../src/controller/key-problems.ts';
import type {KeyView} from '../../../src/control/key-schema.ts';
import {keyMark} from '../../../src/tunnel/key-mark.ts';
import {validityOf} from '../../../src/tunnel/openvpn/certificate.ts';
import type {ServerEntry} from '../../../src/tunnel/tunnel.ts';
import {parseWireguardConf} from '../../../src/tunnel/wireguard-conf.ts';
import {manualClock} from '../../fakes/manual-clock.ts';

const dayMs = 86_400_000;
const nowMs = 1_800_000_000_000;
const keyOf = (letter: string): string => Buffer.alloc(32, letter).toString('base64');

function entry(id: string, privateKey: string, changedAtMs?: number): ServerEntry {
	const text = `[Interface]\nPrivateKey = ${privateKey}\nAddress = 10.0.0.2/32\n[Peer]\nPublicKey = ${keyOf('p')}\nAllowedIPs = 0.0.0.0/0\nEndpoint = 192.0.2.1:51820\n`;
	const parsed = parseWireguardConf({id, file: `${id}.conf`, text, ...(changedAtMs === undefined ? {} : {changedAtMs})});
	if (!parsed.ok) throw new Error(parsed.error.map(({what}) => what).join());
	return {ok: true, server: parsed.value};
}

const scene = {folder: ''};
beforeEach(() => {
	scene.folder = mkdtempSync(join(tmpdir(), 'vks-keys-'));
});
afterEach(() => rmSync(scene.folder, {recursive: true, force: true}));

function ring(entries: readonly ServerEntry[], {atMs = nowMs, keyMaxAgeMs = null as number | null} = {}) {
	const told: (string | null)[] = [];
	const keys = createKeyRing({config: {keyMaxAgeMs}, clock: manualClock(atMs), file: keyRingFile(scene.folder), servers: () => entries, note: problem => told.push(problem?.what ?? null)});
	keys.recall();
	keys.look();
	const ageOf = (id: string): KeyView | null | undefined => entries.flatMap(each => (each.ok && each.server.id === id ? [keys.of(each.server)] : []))[0];
	return {keys, ageOf, told};
}

describe('a WireGuard key', () => {
	test('is as old as it was first seen, whatever the file is called and however often it is copied', () => {
		ring([entry('a', keyOf('a'))], {atMs: nowMs - 100 * dayMs});
		const {ageOf} = ring([entry('renamed', keyOf('a'), nowMs - 5), entry('new', keyOf('b'))]);
		expect(ageOf('renamed')).toEqual({sinceMs: nowMs - 100 * dayMs, how: 'seen', untilMs: null});
		expect(ageOf('new')).toEqual({sinceMs: nowMs, how: 'seen', untilMs: null});
	});

	test('is at least as old as its file, but not as a file of before WireGuard, nor of the future', () => {
		const {ageOf} = ring([entry('old', keyOf('a'), nowMs - 40 * dayMs), entry('unpacked', keyOf('b'), 0), entry('future', keyOf('c'), nowMs + dayMs)]);
		expect(ageOf('old')).toEqual({sinceMs: nowMs - 40 * dayMs, how: 'file', untilMs: null});
		expect([ageOf('unpacked'), ageOf('future')]).toEqual([{sinceMs: nowMs, how: 'seen', untilMs: null}, {sinceMs: nowMs, how: 'seen', untilMs: null}]);
	});

	test('leaves a mark that neither is the key nor can be made without the salt of this folder', () => {
		const key = keyOf('k');
		ring([entry('a', key)]);
		const text = readFileSync(join(scene.folder, 'keys.json'), 'utf8');
		const {salt, keys: [record]} = parseKeyRecords(text) ?? {salt: '', keys: []};
		expect(statSync(join(scene.folder, 'keys.json')).mode & 0o777).toBe(0o600);
		for (const spelling of [key, Buffer.from(key, 'base64').toString('hex'), Buffer.from(key, 'base64').toString('latin1')]) expect(text).not.toContain(spelling);
		expect(record?.mark).toBe(keyMark(Buffer.from(salt, 'hex'), key));
		rmSync(join(scene.folder, 'keys.json'));
		ring([entry('a', key)]);
		expect(readFileSync(join(scene.folder, 'keys.json'), 'utf8')).not.toContain(record?.mark);
	});

	test('begins anew where what was kept cannot be read, and that is told', () => {
		writeFileSync(join(scene.folder, 'keys.json'), '{"version":1,"salt":"00","keys":[]}');
		const {ageOf, told} = ring([entry('a', keyOf('a'))]);
		expect(told[0]).toContain('cannot be read');
		expect(ageOf('a')).toMatchObject({sinceMs: nowMs});
		expect(ring([entry('a', keyOf('a'))]).told).toEqual([null]);
	});

	test('what is kept stays small: the newest stay', () => {
		const keys = Array.from({length: 2000}, (_, index) => ({mark: index.toString(16).padStart(32, '0'), firstSeenAtMs: index}));
		const kept = renderKeyRecords({salt: '0'.repeat(64), keys});
		expect(Buffer.byteLength(kept)).toBeLessThan(64 * 1024);
		expect(parseKeyRecords(kept)?.keys.at(0)?.firstSeenAtMs).toBe(1999);
	});
});

describe('a certificate', () => {
	const pem = (name: string): string => readFileSync(join(import.meta.dirname, '../../fixtures/certificates', `${name}.crt`), 'utf8');

	test('says itself from when to when it is valid; an authority that ends earlier counts, unless another one goes on', () => {
		const [own, old, later] = [pem('own'), pem('old'), pem('later')];
		const from = Date.UTC(2025, 0, 1);
		expect(validityOf(new Map([['cert', own]]))).toEqual({fromMs: from, untilMs: Date.UTC(2030, 0, 1)});
		expect(validityOf(new Map([['cert', own], ['ca', old]]))).toEqual({fromMs: from, untilMs: Date.UTC(2027, 0, 1)});
		expect(validityOf(new Map([['cert', own], ['ca', old + later]]))).toEqual({fromMs: from, untilMs: Date.UTC(2030, 0, 1)});
		expect(validityOf(new Map([['ca', old]]))).toBeNull();
		expect(validityOf(new Map([['cert', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n']]))).toBeNull();
	});
});

describe('what is told', () => {
	const key = (ageDays: number, leftDays: number | null = null): KeyView => ({sinceMs: nowMs - ageDays * dayMs, how: leftDays === null ? 'seen' : 'certificate', untilMs: leftDays === null ? null : nowMs + leftDays * dayMs});
	const told = (keys: Readonly<Record<string, KeyView>>, maxAgeMs: number | null = null): readonly string[] => keyProblems(Object.entries(keys).map(([id, each]) => ({id, key: each})), {maxAgeMs, nowMs}).map(({code, what}) => `${code}: ${what}`);

	test('of an age nothing, unless the operator has set one', () => {
		expect(told({a: key(5000)})).toEqual([]);
		expect(told({a: key(181), b: key(180)}, 180 * dayMs)).toEqual(['key-age: The key of a is older than 180 days (VKS_KEY_MAX_AGE).']);
		expect(told({a: key(9), b: key(9), c: key(9), d: key(9), e: key(9)}, dayMs)).toEqual(['key-age: The key of a, b, c and 2 more is older than 1 days (VKS_KEY_MAX_AGE).']);
	});

	test('of a certificate that ends within a fortnight, or has ended, always', () => {
		expect(told({fine: key(1, 14), soon: key(1, 13.5), sooner: key(1, 3), now: key(1, 0.2), over: key(1, -2)})).toEqual([
			'certificate: The certificate of over has ended.',
			'certificate: The certificate of soon, sooner, now ends within a day.',
		]);
		expect(told({soon: key(1, 1.5)})).toEqual(['certificate: The certificate of soon ends in 1 day.']);
	});

	test('in words that say how the age is known', () => {
		expect([keyText(null, nowMs), keyText(key(41), nowMs), keyText(key(41, 3), nowMs), keyText(key(41, 100), nowMs), keyText(key(41, -1), nowMs)]).toEqual(['', '41d', 'ends in 3d', '41d', 'ended']);
		expect(keyInFull({sinceMs: nowMs - 3 * dayMs, how: 'seen', untilMs: null}, nowMs)).toBe('vks first had it 3d ago; it may be older');
		expect(keyInFull({sinceMs: nowMs - 3 * dayMs, how: 'file', untilMs: null}, nowMs)).toBe('its file has not changed for 3d; it may be older');
		expect(keyInFull(key(3, 9), nowMs)).toBe('its certificate is 3d old and ends in 9d');
		expect(keyInFull(key(3, -9), nowMs)).toBe('its certificate is 3d old and ended 9d ago');
	});
});
