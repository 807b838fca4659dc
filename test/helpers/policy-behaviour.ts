/** What is wrong with a compiler, measured against the rows; empty for the right one. The mutation check hands it wrong ones. */
import type {compile as realCompile} from '../../src/policy/compile.ts';
import {evaluateChain} from '../../src/policy/evaluate.ts';
import type {Packet} from '../../src/policy/packet.ts';
import type {Chain, ChainName, Ruleset} from '../../src/policy/policy.ts';
import {rows, withoutRow, type Effect, type Given} from './policy-rows.ts';
import {combinations, configurations, ip, nic, portOf, situations} from './situations.ts';

export type Compile = typeof realCompile;

/** What no rule asks for, so that a field left out of a row decides nothing. */
export function packetOf(given: Given): Packet {
	const address = given.source ?? given.destination;
	const six = given.family === 6 || given.etherType === 'ip6' || given.protocol === 'icmpv6' || address?.includes(':') === true;
	const etherType = given.etherType ?? (six ? 'ip6' : 'ip');
	const bystander = six ? '2001:db8:77::1' : '203.0.113.1';
	return {
		inInterface: given.inInterface === undefined ? null : nic(given.inInterface),
		outInterface: given.outInterface === undefined ? null : nic(given.outInterface),
		etherType,
		family: given.family ?? (etherType === 'arp' ? null : six ? 6 : 4),
		source: ip(given.source ?? bystander),
		destination: ip(given.destination ?? bystander),
		protocol: given.protocol ?? null,
		sourcePort: given.sourcePort === undefined ? null : portOf(given.sourcePort),
		destinationPort: given.destinationPort === undefined ? null : portOf(given.destinationPort),
		icmpType: given.icmpType ?? null,
		hopLimit: given.hopLimit ?? 64,
		mark: given.mark ?? 0,
		uid: given.uid ?? 1000,
		connection: given.connection ?? 'new',
		connectionDirection: given.connectionDirection ?? 'original',
		connectionMark: given.connectionMark ?? 0,
	};
}

/** The same packet with one field another: of the same family, so that it is this field alone that tells. */
function others(given: Given, field: keyof Given): Packet {
	const packet = packetOf(given);
	const strange = packet.family === 6 ? ip('2001:db8:99::9') : ip('203.0.113.99');
	switch (field) {
		case 'inInterface':
		case 'outInterface':
			return {...packet, [field]: nic('eth9')};
		case 'source':
		case 'destination':
			return {...packet, [field]: strange};
		case 'protocol':
			return {...packet, protocol: given.protocol === 'icmp' || given.protocol === 'icmpv6' ? 'tcp' : 'icmp'};
		case 'sourcePort':
		case 'destinationPort':
			return {...packet, [field]: portOf(4444)};
		case 'etherType':
			return {...packet, etherType: packet.etherType === 'ip6' ? 'ip' : 'ip6'};
		case 'family':
			return {...packet, family: packet.family === 6 ? 4 : 6};
		case 'connection':
			return {...packet, connection: 'new', ...(given.connection === 'new' ? {connection: 'established'} : {})};
		case 'connectionDirection':
			return {...packet, connectionDirection: given.connectionDirection === 'reply' ? 'original' : 'reply'};
		case 'hopLimit':
			return {...packet, hopLimit: 254};
		default:
			return {...packet, [field]: 4242};
	}
}

export function violations(compile: Compile): readonly string[] {
	const corpus = combinations.map(({config, situation}) => compile(config, situation));
	return [...rows.flatMap(row => violationsOfRow(compile, row)), ...missingRows(corpus)];
}

/** The rows of one rule alone. */
export const violationsOf = (id: string, compile: Compile): readonly string[] => rows.filter(([, , , named]) => named === id).flatMap(row => violationsOfRow(compile, row));

function violationsOfRow(compile: Compile, [configuration, situation, chain, id, effect, ...packets]: (typeof rows)[number]): readonly string[] {
	const ruleset = compile(configurations[configuration], situations[situation]);
	const does = (packet: Packet): boolean => takesEffect(evaluateChain(ruleset, chain, packet), id, effect);
	return packets.flatMap(given => {
		const where = `${configuration} ${situation} ${chain}: ${id}`;
		if (!does(packetOf(given))) return [`${where} does not ${effect} ${JSON.stringify(given)}`];
		const ignored = (Object.keys(given) as readonly (keyof Given)[]).filter(field => does(others(given, field)));
		return ignored.map(field => `${where} does not look at ${field}`);
	});
}

function takesEffect({verdict, rule, packet}: ReturnType<typeof evaluateChain>, id: string, effect: Effect): boolean {
	switch (effect) {
		case 'mark 51820':
			return packet.mark === 51_820;
		case 'mark 51821':
			return packet.mark === 51_821;
		case 'mark 51822':
			return packet.mark === 51_822;
		case 'mark 51823':
			return packet.mark === 51_823;
		case 'snat':
			return rule?.id === id && rule.verdict.kind === 'snat';
		case 'connection mark 51821':
			return packet.connectionMark === 51_821;
		default:
			return verdict === effect && rule?.id === id;
	}
}

/** Ids that stand in some ruleset and in no row: whoever adds a rule says here what it is for. */
function missingRows(rulesets: readonly Ruleset[]): readonly string[] {
	const known = new Set(rows.map(([, , chain, id]) => `${chain} ${id}`));
	const found = rulesets.flatMap(({chains}) => chains.flatMap(idsOf));
	return [...new Set(found)].filter(id => !known.has(id) && !Object.hasOwn(withoutRow, id.split(' ')[1] ?? '')).map(id => `${id} has no row in test/helpers/policy-rows.ts`);
}

const idsOf = ({name, rules}: Chain): readonly `${ChainName} ${string}`[] => rules.map(({id}) => `${name} ${id}` as const);
