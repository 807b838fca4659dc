/** Sysctls are set where they may be, put back and counted; where they may not, they are named. */
import {describe, expect, test} from 'vitest';
import {reversePathLayer} from '../../../src/controller/layers.ts';
import {sysctlKeeper} from '../../../src/controller/sysctl-keeper.ts';
import {nic} from '../../helpers/situations.ts';

const links = {uplink: null, outside: [nic('eth0')]};
const fresh = {
	...Object.fromEntries(['all', 'eth0', 'wg0'].flatMap(name => Object.entries({rp_filter: '2', src_valid_mark: '0', accept_redirects: '1', send_redirects: '1', accept_source_route: '1', arp_ignore: '0', arp_announce: '0'}).map(([leaf, value]) => [`net/ipv4/conf/${name}/${leaf}`, value]))),
	...Object.fromEntries(['all', 'eth0', 'wg0'].flatMap(name => [[`net/ipv6/conf/${name}/accept_redirects`, '1'], [`net/ipv6/conf/${name}/accept_source_route`, '0'], [`net/ipv6/conf/${name}/accept_ra`, '1']])),
};

function bench({writable = true, values = {}}: {readonly writable?: boolean; readonly values?: Readonly<Record<string, string>>} = {}) {
	const kernel = new Map<string, string>(Object.entries({...fresh, ...values}));
	const texts: string[] = [];
	const sysctl = {
		read: (key: string) => kernel.get(key) ?? null,
		write: (key: string, value: string) => writable && kernel.has(key) && kernel.set(key, value) !== undefined,
	};
	const keeper = sysctlKeeper(sysctl, [nic('wg0'), nic('wg0b')], {write: (_kind, _level, text) => void texts.push(text)});
	return {kernel, texts, keep: (now: Parameters<typeof keeper.keep>[0] = links) => keeper.keep(now)};
}

describe('where /proc/sys may be written', () => {
	test('the valid mark counts and the links outside are hardened, and nothing else is touched', () => {
		const {kernel, texts, keep} = bench();
		const before = new Map(kernel);
		expect(keep()).toEqual({
			problems: [], unset: [], repairs: 0,
			filtering: [{name: 'eth0', rpFilter: 2, srcValidMark: 1}, {name: 'wg0', rpFilter: 2, srcValidMark: 1}],
		});
		const changed = [...kernel].filter(([key, value]) => before.get(key) !== value).map(([key, value]) => `${key.slice(4)}=${value}`);
		expect(changed.sort()).toEqual([
			...['accept_redirects=0', 'accept_source_route=0', 'send_redirects=0', 'src_valid_mark=1'].map(setting => `ipv4/conf/all/${setting}`),
			...['accept_redirects=0', 'accept_source_route=0', 'arp_announce=2', 'arp_ignore=1', 'send_redirects=0'].map(setting => `ipv4/conf/eth0/${setting}`),
			'ipv6/conf/eth0/accept_redirects=0',
		]);
		expect(texts).toEqual([expect.stringMatching(/^Set net\.ipv4\.conf\.all\.src_valid_mark=1, .*net\.ipv6\.conf\.eth0\.accept_redirects=0\.$/)]);
	});

	test.each(['net/ipv4/conf/all/src_valid_mark', 'net/ipv4/conf/eth0/accept_redirects', 'net/ipv4/conf/eth0/arp_ignore', 'net/ipv6/conf/eth0/accept_redirects'])('what somebody sets is put back, counted and told: %s', key => {
		const {kernel, texts, keep} = bench();
		keep();
		const [due, theirs] = [kernel.get(key) ?? '', kernel.get(key) === '0' ? '1' : '0'];
		kernel.set(key, theirs);
		expect(keep()).toMatchObject({problems: [], unset: [], repairs: 1});
		expect(kernel.get(key)).toBe(due);
		expect(texts.slice(1)).toEqual([`Somebody set ${key.replaceAll('/', '.')} to ${theirs}; it was ${due}, and is ${due} again.`]);
		expect(keep().repairs).toBe(1);
		expect(texts).toHaveLength(2);
	});

	test('what is set on a link that takes another name at the same moment is told all the same', () => {
		const named = (name: string) => ({uplink: {index: 3, name: nic(name), up: true, addresses: [], onLink: [], gateway4: null, gateway6: null}, outside: [nic(name)]});
		const {kernel, texts, keep} = bench();
		keep(named('eth0'));
		for (const [key, value] of [...kernel]) if (key.includes('/eth0/')) kernel.set(key.replace('/eth0/', '/net3/'), value);
		kernel.set('net/ipv4/conf/net3/rp_filter', '1');
		keep(named('net3'));
		expect(texts.slice(1)).toEqual(['Somebody set net.ipv4.conf.net3.rp_filter to 1; it was 2.']);
	});

	test('another rp_filter is told and left, for each works', () => {
		const {kernel, texts, keep} = bench();
		keep();
		kernel.set('net/ipv4/conf/eth0/rp_filter', '1');
		kernel.set('net/ipv4/conf/all/rp_filter', '0');
		expect(keep()).toMatchObject({problems: [], repairs: 0, filtering: [{name: 'eth0', rpFilter: 1}, {name: 'wg0', rpFilter: 2}]});
		expect(kernel.get('net/ipv4/conf/eth0/rp_filter')).toBe('1');
		expect(texts.slice(1)).toEqual(['Somebody set net.ipv4.conf.all.rp_filter to 0; it was 2.', 'Somebody set net.ipv4.conf.eth0.rp_filter to 1; it was 2.']);
	});

	test('what is stricter stays', () => {
		const {kernel, keep} = bench({values: {'net/ipv4/conf/eth0/arp_ignore': '2', 'net/ipv6/conf/eth0/accept_source_route': '-1'}});
		expect(keep().unset).toEqual([]);
		expect([kernel.get('net/ipv4/conf/eth0/arp_ignore'), kernel.get('net/ipv6/conf/eth0/accept_source_route')]).toEqual(['2', '-1']);
	});
});

describe('where /proc/sys is read-only', () => {
	test('a tunnel that cannot work names the one to set', () => {
		const reading = bench({writable: false}).keep();
		expect(reading.problems).toMatchObject([{code: 'rp-filter', next: 'Start the container with --sysctl net.ipv4.conf.all.src_valid_mark=1.'}]);
		expect(reversePathLayer(reading)).toMatchObject({state: 'missing', detail: expect.stringContaining('--sysctl net.ipv4.conf.all.src_valid_mark=1') as unknown});
	});

	test('one that can is held, and what is not hardened is named', () => {
		const reading = bench({writable: false, values: {'net/ipv4/conf/all/src_valid_mark': '1'}}).keep();
		expect(reversePathLayer(reading)).toEqual({
			name: 'reverse-path', state: 'held',
			detail: 'eth0 rp_filter=2 src_valid_mark=1, wg0 rp_filter=2 src_valid_mark=1; not as wanted and not writable here: accept_redirects, send_redirects, accept_source_route, arp_ignore, arp_announce',
		});
	});
});
