import {expect, test} from 'vitest';
import {dropRecordSchema, journalEntrySchema, snapshotSchema} from '../../../src/control/schema.ts';
import {selectBanners} from '../../../src/console/select/banners.ts';
import {selectHandshake} from '../../../src/console/select/handshake.ts';
import {mainWord, proofWord, stateWord} from '../../../src/console/select/truth.ts';
import {after, fixture, situation, situations, viewOf, type Situation} from '../../helpers/screen-view.ts';

const down = {type: 'link', link: {kind: 'down', problem: {code: 'no-daemon', what: 'gone', next: 'start it'}}} as const;

test('recordings and what is derived from them are what the daemon would send', () => {
	for (const name of situations) {
		const {snapshot, drops, journal} = situation(name);
		expect(() => [snapshotSchema.parse(snapshot), drops.map(each => dropRecordSchema.parse(each)), journal.map(each => journalEntrySchema.parse(each))]).not.toThrow();
	}
});

test('a fresh proof is PROVEN with its age', () => {
	expect(proofWord(viewOf())).toMatchObject({text: 'PROVEN', bad: false, ageMs: fixture.snapshot.atMs - (fixture.snapshot.proof.checkedAtMs ?? 0)});
});

test('no reading for three seconds makes the proof UNKNOWN, though the last one said PROVEN', () => {
	const ticks = [1, 2, 3].map(second => ({type: 'tick' as const, atMs: fixture.snapshot.atMs + second}));
	expect(proofWord(after(viewOf(), ...ticks)).text).toBe('UNKNOWN');
	expect(stateWord(after(viewOf(), ...ticks)).tone).not.toBe('good');
});

test('readings that come but carry an old read-back are UNKNOWN', () => {
	const old = {...fixture.snapshot, proof: {...fixture.snapshot.proof, checkedAtMs: fixture.snapshot.atMs - 3001}};
	expect(proofWord(viewOf({snapshot: old}))).toMatchObject({text: 'UNKNOWN', bad: true});
	expect(proofWord(viewOf({snapshot: {...old, proof: {...old.proof, checkedAtMs: null}}})).text).toBe('UNKNOWN');
});

test('a lost connection makes the proof UNKNOWN at once', () => {
	const lost = after(viewOf(), down);
	expect(proofWord(lost).text).toBe('UNKNOWN');
	expect(mainWord(lost).text).toBe('UNKNOWN');
	expect(selectBanners(lost)[0]?.id).toBe('link');
});

test('drifted, failed and unknown win when there is room for one word', () => {
	expect(mainWord(viewOf({in: 'drifted'})).text).toBe('DRIFTED');
	expect(mainWord(viewOf({in: 'failed'})).text).toBe('FAILED TO BLOCK');
	expect(mainWord(viewOf({snapshot: null})).text).toBe('UNKNOWN');
	expect(mainWord(viewOf()).text).toBe('CONNECTED');
});

test('banners say what is wrong, and a lockdown names its way back', () => {
	const of = (name: Situation) => selectBanners(viewOf({in: name})).map(banner => banner.text).join('\n');
	expect(of('connected')).toBe('');
	expect(of('lockdown')).toContain('U, then the word lift');
	expect(of('drifted')).toContain('refuse-dns is missing');
	expect(of('failed')).toContain('Next: Stop the application');
	expect(of('unsafe-network')).toContain('93.184.0.0/16');
	expect(of('blocked-no-handshake')).toMatch(/^BLOCKED, no handshake {2}next attempt in \d+s; se-sto-1 did not answer/);
	expect(of('switching')).toContain('from se-sto-1 to ch-zrh-1');
});

test('a handshake is due at 120 s and dead at 180 s, unless an idle tunnel has no keepalive', () => {
	const tone = (ageMs: number, keepaliveSeconds: number | null = 25) => selectHandshake({handshakeAtMs: 1_000_000 - ageMs, keepaliveSeconds}, {nowMs: 1_000_000, width: 16}).tone;
	expect([tone(0), tone(119_999), tone(120_000), tone(179_999), tone(180_000), tone(600_000, null)]).toEqual(['good', 'good', 'warn', 'warn', 'bad', 'warn']);
	expect(selectHandshake({handshakeAtMs: null, keepaliveSeconds: 25}, {nowMs: 0, width: 16})).toMatchObject({text: 'never', tone: 'bad'});
	expect(selectHandshake({handshakeAtMs: 999_000, keepaliveSeconds: 25}, {nowMs: 0, width: 16}).text).toBe('0s');
});

test('a start that nobody has confirmed is a banner with a countdown', () => {
	const {snapshot} = fixture;
	const waiting = viewOf({snapshot: {...snapshot, unconfirmed: {sinceMs: snapshot.atMs - 28_000, endsAtMs: snapshot.atMs + 92_000}}});
	expect(selectBanners(waiting).map(({text}) => text)).toContain('NOT CONFIRMED  everything opens again in 1:32; run `vks confirm`');
	expect(selectBanners(viewOf()).map(({id}) => id)).not.toContain('confirm');
});
