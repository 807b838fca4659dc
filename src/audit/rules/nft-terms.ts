/** One condition of a rule of nftables as those of iptables that say the same. What is not understood is `other`. Pure. */
import type {Term} from './parse-iptables.ts';

/** Elements of named sets and maps. */
export type Sets = ReadonlyMap<string, readonly unknown[]>;

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The one key of an object, and what it holds. */
export function only(value: unknown): readonly [string, unknown] {
	const [first] = isRecord(value) ? Object.entries(value) : [];
	return first ?? ['', null];
}

/** `@name` and `{set: […]}` are several; all else is one. */
export function alternatives(value: unknown, sets: Sets): readonly unknown[] {
	if (typeof value === 'string' && value.startsWith('@')) return sets.get(value.slice(1)) ?? [];
	if (Array.isArray(value)) return value as readonly unknown[];
	const [key, inner] = only(value);
	return (key === 'set' || key === '|') && Array.isArray(inner) ? (inner as readonly unknown[]) : [value];
}

const unknown = (value: string): readonly Term[] => [{kind: 'other', value, negated: false}];

export function termsOf(match: unknown, sets: Sets): readonly Term[] {
	if (!isRecord(match)) return unknown('match');
	const {op, left, right} = match;
	if (op !== '==' && op !== '!=' && op !== 'in') return unknown('match');
	const texts = alternatives(right, sets).map(textOf);
	const asked = askedBy(left);
	// A set whose elements come and go may hold anything.
	if (asked === null || texts.length === 0 || texts.includes(null)) return [...(asked?.implied ?? []), ...unknown('match')];
	const values = texts.map(text => asked.as?.(text ?? '') ?? text).join(',');
	return [...asked.implied, {kind: asked.kind, value: values, negated: (op === '!=') !== (asked.inverted ?? false)}];
}

interface Asked {
	readonly kind: Term['kind'];
	/** What else must hold: a port is one of a protocol. */
	readonly implied: readonly Term[];
	readonly as?: (text: string) => string;
	readonly inverted?: boolean;
}

const upper = (text: string): string => text.toUpperCase();
const link = (text: string): string => (text.endsWith('*') ? `${text.slice(0, -1)}+` : text);
const family = (value: string): Term => ({kind: 'family', value, negated: false});
const ofFamily: Readonly<Record<string, readonly Term[]>> = {ip: [family('ipv4')], ip6: [family('ipv6')]};

/** Null where it is not understood. */
function askedBy(left: unknown): Asked | null {
	const [key, what] = only(left);
	const {key: name, protocol, field, dir, result, flags} = isRecord(what) ? what : {};
	switch (key) {
		case 'meta':
			return name === 'iifname' ? {kind: 'in', implied: [], as: link} : name === 'oifname' ? {kind: 'out', implied: [], as: link} :
				name === 'l4proto' ? {kind: 'protocol', implied: []} : name === 'nfproto' ? {kind: 'family', implied: []} : null;
		case 'payload':
			return typeof protocol === 'string' && typeof field === 'string' ? inPacket(protocol, field) : null;
		case 'ct':
			if (name === 'state' || name === 'status') return {kind: 'states', implied: [], as: upper};
			if (name === 'direction') return {kind: 'direction', implied: [], as: upper};
			if (dir !== 'original') return null;
			return name === 'proto-dst' ? {kind: 'original-port', implied: [], as: range} : name === 'daddr' || name === 'ip daddr' || name === 'ip6 daddr' ? {kind: 'original-to', implied: []} : null;
		case 'fib':
			if (result === 'type' && Array.isArray(flags) && flags.includes('daddr')) return {kind: 'to-type', implied: [], as: upper};
			// Whether there is a way back to the sender, "false" where not: there is.
			return result === 'oif' ? {kind: 'always', implied: [], inverted: true} : null;
		default:
			return null;
	}
}

const range = (text: string): string => text.replace('-', ':');

function inPacket(protocol: string, field: string): Asked | null {
	if (protocol === 'ip' || protocol === 'ip6') {
		const implied = ofFamily[protocol] ?? [];
		return field === 'saddr' ? {kind: 'from', implied} : field === 'daddr' ? {kind: 'to', implied} : field === 'protocol' || field === 'nexthdr' ? {kind: 'protocol', implied} : null;
	}
	const implied: readonly Term[] = protocol === 'th' ? [] : [{kind: 'protocol', value: protocol, negated: false}];
	return {kind: field === 'dport' ? 'port' : 'other', implied, as: range};
}

/** An element as iptables writes it: an address, a network, a range, a name; null where it is none of them. */
function textOf(value: unknown): string | null {
	if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
	const [key, inner] = only(value);
	if (key === 'prefix' && isRecord(inner)) return `${String(inner['addr'])}/${String(inner['len'])}`;
	if (key === 'range' && Array.isArray(inner)) return inner.map(String).join('-');
	return key === 'elem' && isRecord(inner) ? textOf(inner['val']) : null;
}
