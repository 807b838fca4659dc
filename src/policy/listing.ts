/** `nft -j list table`, reduced to what must be equal between the intended and the actual ruleset. */
import {z} from 'zod';
import {leasePrefix, type ListedLease} from './lease.ts';
import type {Chain} from './policy.ts';
import {hookOf} from './render.ts';

const listingSchema = z.object({nftables: z.array(z.record(z.string(), z.unknown()))});
const chainSchema = z.object({name: z.string(), type: z.string().optional(), hook: z.string().optional(), prio: z.number().optional(), policy: z.string().optional()});
const listedRuleSchema = z.object({chain: z.string(), comment: z.string().optional(), expr: z.array(z.unknown())});
/** Where there is no /etc/protocols, as in most container images, nft has no names and prints numbers (getprotobynumber(3)). */
const protocolNames: ReadonlyMap<number, string> = new Map([[1, 'icmp'], [6, 'tcp'], [17, 'udp'], [58, 'ipv6-icmp']]);
const protocolSchema = z.union([z.string(), z.number().transform(number => protocolNames.get(number) ?? String(number))]);
const timedElementSchema = z.object({elem: z.object({val: protocolSchema, expires: z.number()})});
const heldElementSchema = z.object({elem: z.object({val: z.object({concat: z.tuple([z.string(), z.number()])})})});
const setSchema = z.object({name: z.string(), type: z.unknown(), flags: z.unknown().optional(), elem: z.array(z.unknown()).optional()});
const counterSchema = z.object({name: z.string(), packets: z.number(), bytes: z.number()});

export interface ListedRule {
	/** The comment vks wrote; null for a rule that somebody else made. */
	readonly id: string | null;
	/** The rule's expressions, as canonical text. */
	readonly text: string;
}

export interface ListedChain {
	/** Type, hook, priority and default policy, as one canonical text. */
	readonly spec: string;
	readonly rules: readonly ListedRule[];
}

export type HeldSets = ReadonlyMap<string, ReadonlySet<string>>;

export interface Listing {
	readonly chains: ReadonlyMap<string, ListedChain>;
	/** The sets that end permissions, by name. */
	readonly leases: ReadonlyMap<string, ListedLease>;
	/** What sets of addresses and ports hold at that moment, by the set's name: `203.0.113.80 . 443`. */
	readonly held: HeldSets;
	/** Sets, maps and whatever else stands in the table. */
	readonly others: readonly string[];
	readonly counters: ReadonlyMap<string, {readonly packets: number; readonly bytes: number}>;
}

/** Throws a ZodError on anything that is not an nft listing; a kernel that answers so is a bug, not a state. */
export function parseListing(json: unknown): Listing {
	const chains = new Map<string, {spec: string; rules: ListedRule[]}>();
	const counters = new Map<string, {packets: number; bytes: number}>();
	const leases = new Map<string, ListedLease>();
	const held = new Map<string, ReadonlySet<string>>();
	const others: string[] = [];
	for (const object of listingSchema.parse(json).nftables) {
		if ('chain' in object) {
			const {name, type, hook, prio, policy} = chainSchema.parse(object['chain']);
			chains.set(name, {spec: specText({type, hook, prio, policy}), rules: []});
		} else if ('rule' in object) {
			const {chain, comment, expr} = listedRuleSchema.parse(object['rule']);
			chains.get(chain)?.rules.push({id: comment ?? null, text: JSON.stringify(expr, setsSorted)});
		} else if ('counter' in object) {
			const {name, packets, bytes} = counterSchema.parse(object['counter']);
			counters.set(name, {packets, bytes});
		} else if (isLease(object['set'])) {
			const {name, ...set} = setSchema.parse(object['set']);
			leases.set(name, listedLease(set));
		} else if (!('metainfo' in object) && !('table' in object)) {
			const set = setSchema.safeParse(object['set']);
			if (set.success && set.data.elem !== undefined) held.set(set.data.name, new Set(set.data.elem.flatMap(heldElement)));
			others.push(JSON.stringify(Object.keys(object)));
		}
	}
	return {chains, leases, held, others, counters};
}

/** The listing of the hookless copy, with the hooks and defaults that the live chains must have. */
export function withHooks(copy: Listing, chains: readonly Chain[]): Listing {
	const hooked = chains.map(({name, policy}): [string, ListedChain] => {
		const {type, hook, priority} = hookOf(name);
		return [name, {spec: specText({type, hook, prio: priority, policy}), rules: copy.chains.get(name)?.rules ?? []}];
	});
	return {...copy, chains: new Map(hooked)};
}

/** Whether what stands refuses by default where packets come in, leave and pass through; its rules are not looked at. */
export function dropsByDefault({chains}: Listing): boolean {
	return (['input', 'forward', 'output'] as const).every(name => {
		const {type, hook, priority} = hookOf(name);
		return chains.get(name)?.spec === specText({type, hook, prio: priority, policy: 'drop'});
	});
}

const isLease = (set: unknown): boolean => {
	const named = setSchema.pick({name: true}).safeParse(set);
	return named.success && named.data.name.startsWith(leasePrefix);
};

/** nft prints whole seconds, rounded down: what is read is never more than what is left. */
function listedLease({type, flags, elem = []}: Omit<z.output<typeof setSchema>, 'name'>): ListedLease {
	return {
		spec: JSON.stringify([type, flags]),
		elements: elem.map(element => {
			const timed = timedElementSchema.safeParse(element);
			return timed.success ? {value: timed.data.elem.val, expiresMs: timed.data.elem.expires * 1000} : {value: JSON.stringify(element), expiresMs: null};
		}),
	};
}

/** Another kind of element is none of these. */
function heldElement(element: unknown): readonly string[] {
	const held = heldElementSchema.safeParse(element);
	return held.success ? [held.data.elem.val.concat.join(' . ')] : [];
}

const specText = ({type, hook, prio, policy}: Omit<z.output<typeof chainSchema>, 'name'>): string => JSON.stringify({type, hook, prio, policy});

/** A set has no order, and the kernel lists hashed ones as their seed has it, which differs between two equal tables. */
function setsSorted(key: string, value: unknown): unknown {
	if (key !== 'set' || !Array.isArray(value)) return value;
	return value.map(element => JSON.stringify(element)).sort();
}

/** Everything that is compared, as one text: equal texts are equal rulesets, and its hash names the ruleset. */
export function canonicalText({chains, leases, others}: Listing): string {
	const ends = [...leases].map(([name, {spec}]) => [name, spec]);
	return JSON.stringify([[...chains].sort(([a], [b]) => (a < b ? -1 : 1)), ...(ends.length === 0 ? [] : [ends.sort()]), others]);
}
