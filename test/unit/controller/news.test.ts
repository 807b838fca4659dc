/** What the journal says of changes nobody asked vks for: links, addresses, gateways, sysctls, other people's tables. */
import {describe, expect, it} from 'vitest';
import {hasLostSource} from '../../../src/controller/lost-source.ts';
import {networkNews} from '../../../src/controller/network-news.ts';
import {strangerLog} from '../../../src/controller/stranger-log.ts';
import {parseIp} from '../../../src/net/address.ts';
import {parseInterfaceName} from '../../../src/net/interface-name.ts';
import type {UplinkChoice} from '../../../src/policy/uplink.ts';
import {manualClock} from '../../fakes/manual-clock.ts';

const must = <T>(value: T | null): T => {
	if (value === null) throw new Error('no such value');
	return value;
};
const name = (text: string) => must(parseInterfaceName(text));
const address = (text: string) => must(parseIp(text));

const eth0: NonNullable<UplinkChoice['uplink']> = {index: 2, name: name('eth0'), up: true, addresses: [address('172.30.7.2')], onLink: [], gateway4: address('172.30.7.1'), gateway6: null};
const one = {choice: {uplink: eth0, outside: [eth0.name]}};
const changed = (change: Partial<typeof eth0>) => ({choice: {uplink: {...eth0, ...change}, outside: [change.name ?? eth0.name]}});

describe('news of the network', () => {
	it('is nothing at the first reading, and nothing when nothing changed', () => {
		expect(networkNews(null, one)).toEqual([]);
		expect(networkNews(one, one)).toEqual([]);
	});

	it.for([
		[changed({name: name('eth7')}), 'The uplink eth0 is called eth7 now'],
		[changed({gateway4: address('172.30.7.254')}), 'eth0 has the IPv4 gateway 172.30.7.254 now, and had 172.30.7.1'],
		[changed({addresses: []}), 'eth0 has addresses none now, and had 172.30.7.2'],
		[changed({up: false}), 'The uplink eth0 is down'],
	] as const)('tells of a change, once: %#', ([now, said]) => {
		expect(networkNews(one, now)).toEqual([said]);
	});

	it('tells of a network that is plugged in, and of an uplink that goes', () => {
		const two = {choice: {uplink: eth0, outside: [eth0.name, name('eth1')]}};
		expect(networkNews(one, two)).toEqual(['Interface eth1 appeared outside the tunnel: nothing passes by it but what the policy names']);
		expect(networkNews(two, one)).toEqual(['Interface eth1 is gone']);
		expect(networkNews(one, {choice: {uplink: null, outside: []}})).toEqual(['Interface eth0 is gone', 'The uplink eth0 is gone']);
	});
});

const lines = () => {
	const texts: string[] = [];
	return {texts, write: (_kind: string, _level: string, text: string): void => void texts.push(text)};
};

describe('a stranger\'s commits', () => {
	it('are one line a second, and the next line counts what was left out, whatever the wall clock does', () => {
		const clock = manualClock(0);
		const journal = lines();
		const log = strangerLog(clock, journal);
		const commit = {id: 1, pid: 42, process: 'nft'};
		for (let count = 0; count < 5; count += 1) log(commit);
		expect(journal.texts).toEqual(['nft (pid 42) changed nftables and left the tables of vks as they were.']);
		clock.pass(1_000);
		log(commit);
		expect(journal.texts.at(-1)).toBe('nft (pid 42) changed nftables and left the tables of vks as they were. So did 4 commits before it.');
	});
});

describe('the address the tunnel sends from', () => {
	const [old, fresh, six] = [address('172.30.7.2'), address('172.30.7.22'), address('2001:db8:30::2')];
	const endpoint = address('198.51.100.10');

	const source = (...addresses: readonly (typeof old)[]) => ({...eth0, addresses});

	it('is lost when the uplink has another instead, and not when it has none or one more', () => {
		expect(hasLostSource(source(old, six), source(fresh, six), endpoint)).toBe(true);
		expect(hasLostSource(source(old, six), source(six), endpoint)).toBe(false);
		expect(hasLostSource(source(old), source(old, fresh), endpoint)).toBe(false);
		expect(hasLostSource(source(old, six), source(old), endpoint)).toBe(false);
		expect(hasLostSource(null, source(fresh), endpoint)).toBe(false);
	});

	it('is lost with the link it was on, once there is another; not while there is none or it is down', () => {
		expect(hasLostSource(source(old), {...source(old), index: 9}, endpoint)).toBe(true);
		expect(hasLostSource(source(old), {...source(old), index: 9, up: false}, endpoint)).toBe(false);
		expect(hasLostSource(source(old), null, endpoint)).toBe(false);
		expect(hasLostSource(source(old), {...source(old), name: name('eth7')}, endpoint)).toBe(false);
	});
});
