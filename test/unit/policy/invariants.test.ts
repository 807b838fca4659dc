/** What must hold for every valid configuration in every situation, whatever the rules look like. */
import fc from 'fast-check';
import {expect, test, vi} from 'vitest';
import type {Config} from '../../../src/config/config.ts';
import {cidrContains, splitCidr} from '../../../src/net/cidr.ts';
import {compile} from '../../../src/policy/compile.ts';
import type {Chain, Rule, Ruleset, Situation} from '../../../src/policy/policy.ts';
import {portUse} from '../../../src/policy/port-use.ts';
import {validConfig} from '../../helpers/arbitrary-config.ts';
import {configurations, governed, grantedPort, nic, portOf, range, situations} from '../../helpers/situations.ts';

// Hundreds of cases each: how long they take is the machine's affair.
vi.setConfig({testTimeout: 60_000});

const situation: fc.Arbitrary<Situation> = fc.constantFrom(...Object.values({...situations, ...governed}));
/** Names are not chosen beside somebody else's tunnel, nor for hosts behind vks: such settings are refused. */
const together = ({config, situation: {egress}}: {readonly config: Config; readonly situation: Situation}): boolean => egress === undefined || (config.attach === null && config.gateway.length === 0);
const rulesets = fc.record({config: validConfig, situation}).filter(together).map(input => ({...input, ruleset: compile(input.config, input.situation)}));

const chain = (ruleset: Ruleset, name: Chain['name']): Chain => {
	const found = ruleset.chains.find(candidate => candidate.name === name);
	if (found === undefined) throw new Error(`no chain ${name}`);
	return found;
};
const accepts = (rules: readonly Rule[]): readonly Rule[] => rules.filter(({verdict}) => verdict.kind === 'accept');
const touches = (rule: Rule, name: string): boolean => [...(rule.match.outInterface ?? []), ...(rule.match.inInterface ?? [])].some(entry => entry === name);
const holds = (check: (input: {ruleset: Ruleset; situation: Situation; config: Config}) => void) => fc.assert(fc.property(rulesets, check), {numRuns: 300});

test('every chain that decides drops by default, and its last rule refuses everything by name', () => {
	holds(({ruleset}) => {
		for (const name of ['input', 'forward', 'output', 'egress'] as const) {
			const {policy, rules} = chain(ruleset, name);
			expect(policy).toBe('drop');
			const last = rules.at(-1);
			expect(last?.match).toEqual({});
			expect(['drop', 'reject']).toContain(last?.verdict.kind);
		}
	});
});

test('every rule has an id of its own, a reason and a setting', () => {
	holds(({ruleset}) => {
		const rules = ruleset.chains.flatMap(({rules: chainRules}) => chainRules);
		expect(new Set(rules.map(({id}) => id)).size).toBe(rules.length);
		for (const {reason, setting} of rules) expect([reason, setting]).not.toContain('');
	});
});

test('no accept is without an interface, so none is valid everywhere', () => {
	holds(({ruleset}) => {
		for (const {rules} of ruleset.chains) for (const rule of accepts(rules)) expect(rule.match.inInterface ?? rule.match.outInterface, rule.id).toBeDefined();
	});
});

test('no accept in output rests on a mark alone, or on connection state alone', () => {
	holds(({ruleset}) => {
		for (const rule of accepts([...chain(ruleset, 'output').rules, ...chain(ruleset, 'egress').rules])) {
			if (rule.match.mark === undefined && rule.match.connection === undefined) continue;
			expect(rule.match.destinationPorts ?? rule.match.sourcePorts ?? rule.match.icmpTypes, rule.id).toBeDefined();
			expect(rule.match.protocol, rule.id).toBeDefined();
		}
	});
});

test('look-ups are refused before any accept that could let them out elsewhere', () => {
	holds(({ruleset}) => {
		const {rules} = chain(ruleset, 'output');
		const refusal = rules.findIndex(({id}) => id === 'refuse-dns');
		const before = accepts(rules.slice(0, refusal)).map(({id}) => id);
		expect(before.filter(id => !/^(loopback-out|(endpoint|attached|dns)-out-.*|egress-(proxy-asks|diverted-.*|own-dns-.*))$/.test(id))).toEqual([]);
	});
});

test('without a verified tunnel, applications get nothing from any tunnel', () => {
	holds(({ruleset, situation: {tunnels}}) => {
		for (const tunnel of tunnels.filter(({pass}) => pass === 'handshake')) {
			for (const rule of accepts(chain(ruleset, 'output').rules).filter(candidate => touches(candidate, tunnel.interface))) expect(rule.match.uid, rule.id).toBe(0);
		}
	});
});

test('of two tunnels, what is not verified carries vks\'s own questions only', () => {
	holds(({ruleset, situation: {tunnels}}) => {
		for (const {interface: device, beside, resolvers} of tunnels.filter(({pass, beside: other}) => pass === 'handshake' && other !== undefined)) {
			const onIt = [...accepts(chain(ruleset, 'output').rules), ...accepts(chain(ruleset, 'forward').rules)].filter(rule => rule.match.outInterface?.includes(device) === true);
			expect(onIt.length).toBeGreaterThan(0);
			for (const {id, match} of onIt) {
				expect([match.uid, match.mark], id).toEqual([0, beside?.mark]);
				const hosts = [...resolvers, ...(beside?.exit ? [beside.exit.address] : [])].map(address => `${address}/${address.includes(':') ? 128 : 32}`);
				expect(match.destination?.every(range => hosts.includes(range)), id).toBe(true);
				expect(match.destinationPorts, id).toBeDefined();
			}
		}
	});
});

test('on a tunnel only its own addresses may be a source', () => {
	holds(({ruleset, situation: {tunnels}}) => {
		for (const tunnel of tunnels) {
			for (const rule of accepts(chain(ruleset, 'output').rules).filter(candidate => touches(candidate, tunnel.interface))) {
				const hosts = tunnel.addresses.map(address => `${address}/${address.includes(':') ? 128 : 32}`);
				// What was redirected goes to loopback, whatever its way says.
				expect(rule.match.source?.every(range => hosts.includes(range)) ?? (rule.id.startsWith('dns-out') || rule.match.diverted === true), rule.id).toBe(true);
			}
		}
	});
});

test('beside somebody else\'s tunnel no packet is given another way: nothing marks it or changes its addresses', () => {
	holds(({ruleset, config}) => {
		if (config.attach === null) return;
		for (const {id, verdict} of ruleset.chains.flatMap(({rules}) => rules)) expect(['accept', 'reject', 'drop', 'set-connection-mark'], id).toContain(verdict.kind);
	});
});

test('beside somebody else\'s tunnel its owner reaches exactly the servers that are named, over the uplink', () => {
	holds(({ruleset, config, situation: {attached, uplink, kind}}) => {
		const rules = ruleset.chains.flatMap(({rules: ofChain}) => ofChain.filter(({id}) => /^(egress-)?attached-/.test(id)));
		const open = config.attach === null || kind === 'lockdown' || uplink === null ? [] : (attached?.endpoints ?? []);
		expect(rules).toHaveLength(open.length * 3);
		for (const {id, match} of rules) {
			const owners = open[Number(id.split('-').at(-1)) - 1];
			const host = `${owners?.endpoint.address}/${owners?.endpoint.address.includes(':') === true ? 128 : 32}`;
			expect([match.outInterface ?? match.inInterface, match.destination ?? match.source, match.protocol, match.destinationPorts ?? match.sourcePorts], id).toEqual([[uplink], [host], [owners?.endpoint.transport], [owners?.endpoint.port]]);
			if (id.startsWith('attached-in')) expect(match.connection, id).toEqual(['established']);
			else expect(match.mark ?? null, id).toBe(owners?.mark);
			if (id.startsWith('attached-out')) expect(match.uid ?? null, id).toBe(owners?.uid);
		}
		if (config.attach !== null) expect(ruleset.chains.flatMap(({rules: ofChain}) => ofChain.filter(({id}) => /endpoint-/.test(id)))).toEqual([]);
	});
});

test('in lockdown only loopback, the management path and what a link needs remain', () => {
	fc.assert(
		fc.property(validConfig, config => {
			const ids = [situations.lockdown, situations['excepted-lockdown'], situations['attached-lockdown']].flatMap(locked => compile(config, locked).chains.flatMap(({rules}) => accepts(rules).map(({id}) => id)));
			expect(ids.filter(id => !/^(loopback|management|egress-(management|arp|neighbour|dhcp)|neighbour|dhcp)/.test(id))).toEqual([]);
		}),
		{numRuns: 300},
	);
});

test('every rule of an exception, a pinhole or a handshake names its lease, and every lease is declared', () => {
	holds(({ruleset}) => {
		const declared = new Set<string>(ruleset.leases.map(({name}) => name));
		for (const rule of ruleset.chains.flatMap(({rules}) => rules)) {
			if (/^(exception|bootstrap|latency|granted)-/.test(rule.id)) expect(rule.match.lease, rule.id).toBe(`lease-${rule.id.split('-').slice(0, 2).join('-')}`);
			if (rule.match.lease !== undefined) expect(declared.has(rule.match.lease), rule.id).toBe(true);
			if (rule.match.lease !== undefined) expect(rule.match.protocol, rule.id).toHaveLength(1);
		}
	});
});

test('an exception opens its range, protocol and port over the uplink, and nothing wider', () => {
	holds(({ruleset, situation: {exceptions = [], uplink}}) => {
		for (const rule of ruleset.chains.flatMap(({rules}) => rules).filter(({id}) => id.startsWith('exception-'))) {
			const exception = exceptions.find(({id}) => id === Number(rule.id.split('-')[1]));
			const {match} = rule;
			expect(match.outInterface ?? match.inInterface, rule.id).toEqual([uplink]);
			expect(match.destination ?? match.source, rule.id).toEqual([exception?.range]);
			expect(match.protocol, rule.id).toEqual([exception?.protocol]);
			expect(match.destinationPorts ?? match.sourcePorts ?? null, rule.id).toEqual(exception?.port === null ? null : [exception?.port]);
			expect(match.icmpTypes === undefined, rule.id).toBe(exception?.port !== null);
		}
	});
});

test('a measurement opens pings of ours to the hosts it names over the uplink, by its own setting only, and nothing wider', () => {
	holds(({ruleset, situation: {echoes: open = [], uplink}, config}) => {
		const rules = ruleset.chains.flatMap(({name, rules: ofChain}) => ofChain.filter(({id}) => id.startsWith('latency-')).map(rule => ({name, rule})));
		if (!config.latency) expect(rules).toEqual([]);
		for (const {name, rule: {id, match, setting}} of rules) {
			const opening = open.find(each => each.id === Number(id.split('-')[1]));
			const inward = name === 'input' || name === 'prerouting';
			expect([match.outInterface ?? match.inInterface, match.protocol, setting], id).toEqual([[uplink], [opening?.protocol], 'VKS_LATENCY']);
			for (const range of match.destination ?? match.source ?? []) expect(opening?.addresses.some(address => cidrContains(range, address)), id).toBe(true);
			expect((match.destination ?? match.source ?? []).reduce((sum, range) => sum + 2 ** ((range.includes(':') ? 128 : 32) - splitCidr(range).length), 0), id).toBe(new Set(opening?.addresses).size);
			expect(match.icmpTypes, id).toEqual([opening?.protocol === 'icmp' ? (inward ? 0 : 8) : (inward ? 129 : 128)]);
			if (!inward) expect(match.mark, id).toBe(config.numbers.tunnelMark);
			if (name === 'output') expect(match.uid, id).toBe(0);
			if (name === 'input') expect([match.connection, match.connectionDirection], id).toEqual([['established'], 'reply']);
		}
	});
});

test('a port that the provider forwards comes in by its own tunnel alone, once that is verified, to its own address, by its setting only, and under its lease', () => {
	const granted = fc.record({config: validConfig, situation, device: fc.constantFrom(nic('wg0'), nic('wg0b'), nic('eth0'))});
	fc.assert(fc.property(granted, ({config, situation: state, device}) => {
		const ruleset = compile(config, {...state, granted: {...grantedPort, interface: device}});
		const rules = ruleset.chains.flatMap(({name, rules: ofChain}) => accepts(ofChain).filter(({id}) => id.startsWith('granted-')).map(rule => ({name, rule})));
		const tunnel = state.tunnels.find(use => use.interface === device && use.pass === 'traffic');
		if (config.portForward.by === 'off' || tunnel === undefined || portUse(config, grantedPort.port) !== null) {
			expect(rules).toEqual([]);
			return;
		}
		expect(rules.map(({rule: {match}}) => match.protocol)).toEqual([['udp'], ['tcp']]);
		for (const {name, rule: {id, match, setting}} of rules) {
			expect([name, match.inInterface, match.destinationPorts, match.lease, setting], id).toEqual(['input', [device], [grantedPort.port], `lease-granted-${match.protocol?.[0]}`, 'VKS_PORT_FORWARD']);
			expect(match.destination?.every(range => tunnel.addresses.some(address => range === `${address}/32`)), id).toBe(true);
		}
	}), {numRuns: 300});
});

test('a granted port that is used here for something else is opened to nobody', () => {
	const named = {...configurations.careful, management: {from: [range('192.168.9.0/24')], port: grantedPort.port}};
	const idsFor = (config: typeof named, port = grantedPort.port) => compile(config, {...situations.forwarding, granted: {...grantedPort, port}}).chains.flatMap(({rules}) => rules.map(({id}) => id)).filter(id => id.startsWith('granted-'));
	expect(idsFor({...named, management: {...named.management, port: portOf(22)}})).not.toEqual([]);
	expect([idsFor(named), idsFor(named, portOf(53))]).toEqual([[], []]);
});

test('a second uplink gets nothing but what VKS_PEERS and VKS_GATEWAY name on it', () => {
	holds(({ruleset}) => {
		for (const {rules} of ruleset.chains) {
			for (const rule of accepts(rules).filter(candidate => touches(candidate, nic('eth1')))) expect(rule.id).toMatch(/^(peer|egress-peer|egress-arp|gateway|egress-gateway|neighbour-host|neighbour-out-host|egress-neighbour-host)/);
		}
	});
});

test('forwarded is only what goes from a range and interface of VKS_GATEWAY to a verified tunnel, and what answers it', () => {
	holds(({ruleset, config, situation: {tunnels}}) => {
		const open = tunnels.filter(({pass}) => pass === 'traffic').map(tunnel => tunnel.interface);
		const forwarded = accepts(chain(ruleset, 'forward').rules);
		for (const {id, match} of forwarded) {
			const [from, to] = [match.inInterface?.[0], match.outInterface?.[0]];
			const isOut = config.gateway.some(entry => entry.interface === from && match.source?.length === 1 && entry.range === match.source[0]) && open.some(name => name === to);
			const isBack = config.gateway.some(entry => entry.interface === to && match.destination?.length === 1 && entry.range === match.destination[0]) && open.some(name => name === from) && match.connectionDirection === 'reply';
			expect(isOut || isBack, id).toBe(true);
			expect([match.inInterface?.length, match.outInterface?.length]).toEqual([1, 1]);
		}
		if (config.gateway.length === 0) expect(chain(ruleset, 'forward').rules.map(({id}) => id)).toEqual(['refuse-forward']);
	});
});

test('hosts behind vks ask the tunnel\'s resolvers before anything else of theirs is let out', () => {
	holds(({ruleset, config}) => {
		const {rules} = chain(ruleset, 'forward');
		const lastRefusal = rules.findLastIndex(({id}) => id.startsWith('refuse-gateway-dns'));
		for (const {id} of accepts(rules.slice(0, lastRefusal + 1))) expect(id).toMatch(/^gateway-dns-/);
		for (const {id} of accepts(rules.slice(lastRefusal + 1))) expect(id).not.toMatch(/^gateway-dns-/);
		const isOpen = accepts(rules).length > 0;
		if (isOpen) expect(rules.filter(({id}) => id.startsWith('refuse-gateway-dns'))).toHaveLength(config.gateway.length);
	});
});

test('what is forwarded to a tunnel leaves with the tunnel\'s own address', () => {
	holds(({ruleset, situation: {tunnels}}) => {
		const translated = ruleset.chains.find(({name}) => name === 'postrouting')?.rules ?? [];
		for (const {id, match} of accepts(chain(ruleset, 'forward').rules).filter(({id: name}) => /^gateway-\d+-/.test(name) && !name.endsWith('-back'))) {
			const rule = translated.find(candidate => candidate.match.outInterface?.[0] === match.outInterface?.[0] && candidate.match.source?.[0] === match.source?.[0]);
			const verdict = rule?.verdict;
			const own = tunnels.find(tunnel => tunnel.interface === match.outInterface?.[0])?.addresses ?? [];
			expect(verdict?.kind === 'snat' && own.includes(verdict.address), id).toBe(true);
		}
	});
});

test('the tunnel\'s address is refused to everybody outside before connection tracking', () => {
	holds(({ruleset, situation: {tunnels, outside}}) => {
		const refused = chain(ruleset, 'early').rules.filter(({verdict}) => verdict.kind === 'drop').flatMap(({match}) => match.destination ?? []);
		if (outside.length === 0) return;
		for (const address of tunnels.flatMap(({addresses}) => addresses)) expect(refused.some(range => range.startsWith(`${address}/`))).toBe(true);
	});
});

test('the backstop covers every interface that is outside', () => {
	holds(({ruleset, situation: {outside}}) => {
		expect(ruleset.backstop).toEqual([...outside].sort());
	});
});
