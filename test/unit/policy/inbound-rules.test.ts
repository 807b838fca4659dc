/** The limits on new connections: before every accept of a new one, off when switched off, and never a limit on what was opened. */
import {expect, test} from 'vitest';
import {compile} from '../../../src/policy/compile.ts';
import type {Rule} from '../../../src/policy/policy.ts';
import {renderRule} from '../../../src/policy/render.ts';
import {configFrom, situations} from '../../helpers/situations.ts';

const ports = {VKS_INBOUND_PORTS: '8080/tcp; 6881/udp@tunnel; 9000/tcp from 192.168.1.0/24', VKS_MANAGEMENT: 'tcp 22 from 192.168.1.10'};
const inputOf = (env: Readonly<Record<string, string>>): readonly Rule[] =>
	compile(configFrom({...ports, ...env}), situations.connected).chains.find(({name}) => name === 'input')?.rules.filter(({id}) => /published|forwarded|management/.test(id)) ?? [];

test('every new connection meets a limit, and what is over it is refused by the next rule', () => {
	const rules = inputOf({});
	const entrances = ['forwarded-6881-udp', 'published-8080-tcp', 'published-9000-tcp', 'management'];
	for (const name of entrances) {
		const own = rules.filter(({id}) => id.includes(name));
		const accepts = own.filter(({verdict}) => verdict.kind === 'accept');
		expect(accepts.every(({match}) => match.connection?.[0] === 'established' || (match.connection?.[0] === 'new' && match.pace !== undefined)), name).toBe(true);
		expect(own.at(-1)).toMatchObject({verdict: {kind: 'drop'}, match: {connection: ['new']}, setting: 'VKS_INBOUND_RATE'});
	}
});

test('the source is asked before the whole, and an IPv6 source is a network', () => {
	const text = inputOf({VKS_INBOUND_RATE: '7', VKS_INBOUND_PORT_RATE: '70'}).map(renderRule).join('\n');
	expect(text).toContain('update @sources4 { ip saddr limit rate 7/second burst 21 packets } limit rate 70/second burst 210 packets counter');
	expect(text).toContain('update @sources6 { ip6 saddr & ffff:ffff:ffff:ffff:: limit rate 7/second');
});

test('the management path is limited for one source only, so that a few cannot keep the others out', () => {
	expect(inputOf({}).flatMap(({id, match}) => (id.startsWith('management-new') ? [match.pace?.total] : []))).toEqual([null]);
	expect(inputOf({VKS_INBOUND_RATE: 'off'}).filter(({id}) => id.includes('management')).map(({id}) => id)).toEqual(['management-in-v4']);
});

test('both switched off, a port is open without limit', () => {
	const rules = inputOf({VKS_INBOUND_RATE: 'off', VKS_INBOUND_PORT_RATE: 'off'});
	expect(rules.map(({id}) => id)).toEqual(['forwarded-6881-udp-in-any', 'published-8080-tcp-in-any', 'published-9000-tcp-in-v4', 'management-in-v4']);
	expect(rules.every(({match}) => match.pace === undefined && match.connection === undefined)).toBe(true);
});
