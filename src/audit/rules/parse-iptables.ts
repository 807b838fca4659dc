/** What `iptables-save` and `ip6tables-save` print (iptables/iptables-save.c), as tables of chains of rules. Pure. */

export interface IptablesRule {
	/** As it was listed, without `-A CHAIN`: what `iptables -D CHAIN` takes. */
	readonly text: string;
	readonly words: readonly string[];
	readonly terms: readonly Term[];
	/** Null where it only counts. */
	readonly target: string | null;
	/** `-g`: what the chain does not decide goes on where this one would return to. */
	readonly isGoto: boolean;
}

export interface IptablesChain {
	readonly name: string;
	/** Null where it is no chain of the kernel's own. */
	readonly policy: 'ACCEPT' | 'DROP' | null;
	readonly rules: readonly IptablesRule[];
}

export type IptablesTable = ReadonlyMap<string, IptablesChain>;
export type IptablesTables = ReadonlyMap<string, IptablesTable>;

/** One condition. `other` is what is not understood, and may or may not hold. */
export interface Term {
	readonly kind: 'in' | 'out' | 'from' | 'to' | 'protocol' | 'port' | 'states' | 'original-port' | 'original-to' | 'direction' | 'to-type' | 'to-bridge' | 'family' | 'other' | 'always';
	readonly value: string;
	readonly negated: boolean;
}

export function parseIptables(text: string): IptablesTables {
	const tables = new Map<string, Map<string, IptablesChain>>();
	let table = new Map<string, IptablesChain>();
	for (const line of text.split('\n')) {
		if (line.startsWith('*')) tables.set(line.slice(1).trim(), (table = new Map()));
		const [, declared, policy] = /^:(\S+) (\S+)/.exec(line) ?? [];
		if (declared !== undefined) table.set(declared, {name: declared, policy: policy === 'ACCEPT' || policy === 'DROP' ? policy : null, rules: []});
		const [, chain, rule] = /^(?:\[\d+:\d+\] )?-A (\S+)(?: (.*))?$/.exec(line) ?? [];
		const known = chain === undefined ? undefined : table.get(chain);
		if (known !== undefined) table.set(known.name, {...known, rules: [...known.rules, parseRule(rule ?? '')]});
	}
	return tables;
}

const quoted = /"((?:\\.|[^"\\])*)"|(\S+)/g;
const wordsOf = (text: string): readonly string[] => [...text.matchAll(quoted)].map(([, inside, bare]) => inside?.replaceAll(/\\(.)/g, '$1') ?? bare ?? '');

const kinds: Readonly<Record<string, Term['kind']>> = {
	'-i': 'in', '-o': 'out', '-s': 'from', '-d': 'to', '-p': 'protocol', '--dport': 'port', '--dports': 'port', '--ctstate': 'states', '--state': 'states',
	'--ctorigdstport': 'original-port', '--ctorigdst': 'original-to', '--ctdir': 'direction', '--dst-type': 'to-type', '--comment': 'always', '--match-set': 'to-bridge',
};
/** What only names a module: its options say what it asks. */
const modules = new Set(['tcp', 'udp', 'conntrack', 'state', 'comment', 'multiport', 'addrtype', 'set']);

/** Docker 28.0.0 keeps the networks of its bridges in one (libnetwork/drivers/bridge, ipset). */
const isBridgeSet = (name: string, side: string | undefined): boolean => /^docker-ext-bridges-v[46]$/.test(name) && side === 'dst';

function parseRule(text: string): IptablesRule {
	const words = wordsOf(text);
	const terms: Term[] = [];
	let target: string | null = null;
	let isGoto = false;
	for (let at = 0; at < words.length && target === null; at += 1) {
		const negated = words[at] === '!';
		if (negated) at += 1;
		const option = words[at] ?? '';
		const value = words[at + 1] ?? '';
		if (option === '-j' || option === '-g') {
			target = value;
			isGoto = option === '-g';
		} else if (option === '-m') {
			if (!modules.has(value)) terms.push({kind: 'other', value, negated});
			at += 1;
		} else {
			const isOther = kinds[option] === undefined || (option === '--match-set' && !isBridgeSet(value, words[at + 2]));
			terms.push({kind: isOther ? 'other' : (kinds[option] ?? 'other'), value: kinds[option] === undefined ? option : value, negated});
			// What is not known takes as many words as follow it without a dash.
			if (kinds[option] !== undefined) at += option === '--match-set' ? 2 : 1;
			else while (at + 1 < words.length && !/^(?:-|!$)/.test(words[at + 1] ?? '')) at += 1;
		}
	}
	return {text, words, terms, target, isGoto};
}

/** Decides by itself for every packet. */
export const isUnconditional = ({terms}: IptablesRule): boolean => terms.every(({kind}) => kind === 'always');
