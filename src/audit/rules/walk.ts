/**
 * What a set of rules would do with a packet, as far as its rules are understood: what is not may hold or not,
 * and then both ways are gone. Pure.
 */
import {parseIp} from '../../net/address.ts';
import {cidrContains, parseCidr} from '../../net/cidr.ts';
import type {IptablesRule, IptablesTable, Term} from './parse-iptables.ts';

/** The first packet of a connection. */
export interface Probe {
	readonly in: string;
	/** Null where it is for the host itself. */
	readonly out: string | null;
	readonly from: string;
	readonly to: string;
	readonly protocol: string;
	readonly port: number;
	/** Before the engine translated it; null where it did not. */
	readonly original: {readonly to: string; readonly port: number} | null;
}

export type Fate = 'accepted' | 'refused' | 'unknown';
type Outcome = 'accept' | 'drop' | 'return';

/** A chain of the kernel's own. Without such a table everything is let in. */
export function fateOf(table: IptablesTable | undefined, chain: string, probe: Probe): Fate {
	const base = table?.get(chain);
	if (table === undefined || base === undefined) return 'accepted';
	const outcomes = new Set([...walk(table, chain, probe, 0)].map(outcome => (outcome === 'return' ? (base.policy === 'DROP' ? 'drop' : 'accept') : outcome)));
	return outcomes.size > 1 ? 'unknown' : outcomes.has('drop') ? 'refused' : 'accepted';
}

const deepest = 32;

function walk(table: IptablesTable, name: string, probe: Probe, depth: number): ReadonlySet<Outcome> {
	const outcomes = new Set<Outcome>();
	for (const rule of table.get(name)?.rules ?? []) {
		const holds = allHold(rule.terms, probe);
		if (holds === 'no') continue;
		const of = outcomesOf(table, rule, probe, depth);
		for (const outcome of of) if (outcome !== 'next') outcomes.add(outcome);
		if (holds === 'yes' && !of.has('next')) return outcomes;
	}
	return outcomes.add('return');
}

function outcomesOf(table: IptablesTable, {target, isGoto}: IptablesRule, probe: Probe, depth: number): ReadonlySet<Outcome | 'next'> {
	switch (target) {
		case 'ACCEPT':
			return new Set(['accept']);
		case 'DROP':
		case 'REJECT':
			return new Set(['drop']);
		case 'RETURN':
			return new Set(['return']);
		case 'QUEUE':
		case 'NFQUEUE':
			return new Set(['accept', 'drop']);
		default: {
			if (target === null || !table.has(target) || depth >= deepest) return new Set(['next']);
			return new Set([...walk(table, target, probe, depth + 1)].map(outcome => (outcome === 'return' && !isGoto ? 'next' : outcome)));
		}
	}
}

type Holds = 'yes' | 'no' | 'perhaps';

function allHold(terms: readonly Term[], probe: Probe): Holds {
	const each = terms.map(term => holds(term, probe));
	return each.includes('no') ? 'no' : each.includes('perhaps') ? 'perhaps' : 'yes';
}

function holds(term: Term, probe: Probe): Holds {
	const plain = holdsPlain(term, probe);
	return plain === 'perhaps' || !term.negated ? plain : plain === 'yes' ? 'no' : 'yes';
}

const any = (values: string, holdsFor: (each: string) => boolean): boolean => values.split(',').some(holdsFor);
const said = (it: boolean): Holds => (it ? 'yes' : 'no');

function holdsPlain({kind, value}: Term, probe: Probe): Holds {
	switch (kind) {
		case 'always':
			return 'yes';
		case 'in':
			return said(any(value, each => isInterface(each, probe.in)));
		case 'out':
			return said(probe.out !== null && any(value, each => isInterface(each, probe.out ?? '')));
		case 'from':
			return within(value, probe.from);
		case 'to':
			return within(value, probe.to);
		case 'protocol':
			return said(any(value, each => each === probe.protocol || each === 'all'));
		case 'port':
			return said(any(value, each => hasPort(each, probe.port)));
		case 'states':
			return said(value.split(',').some(state => state === 'NEW' || (state === 'DNAT' && probe.original !== null)));
		case 'original-port':
			return said(any(value, each => hasPort(each, probe.original?.port ?? probe.port)));
		case 'original-to':
			return within(value, probe.original?.to ?? probe.to);
		case 'direction':
			return said(value === 'ORIGINAL');
		case 'to-type':
			return said(value.split(',').includes(probe.out === null ? 'LOCAL' : 'UNICAST'));
		case 'to-bridge':
			return said(probe.out !== null);
		case 'family':
			return said(value === (probe.from.includes(':') ? 'ipv6' : 'ipv4'));
		case 'other':
			return 'perhaps';
	}
}

export const isInterface = (pattern: string, name: string): boolean => (pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : name === pattern);

function hasPort(text: string, port: number): boolean {
	const [first = '', last = first] = text.split(':');
	return Number(first) <= port && port <= Number(last === '' ? 65_535 : last);
}

function within(ranges: string, address: string): Holds {
	const ip = parseIp(address);
	const each = ranges.split(',').map((range): Holds => {
		const cidr = parseCidr(range);
		return cidr === null || ip === null ? 'perhaps' : said(cidrContains(cidr, ip));
	});
	return each.includes('yes') ? 'yes' : each.includes('perhaps') ? 'perhaps' : 'no';
}
