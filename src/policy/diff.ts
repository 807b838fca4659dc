/** What a policy changes against the one before it, as lines for a person. Pure. */
import {renderRule} from './render.ts';
import type {Chain, Ruleset} from './policy.ts';

export interface PolicyDiff {
	readonly added: number;
	readonly removed: number;
	readonly changed: number;
	/** A heading for each chain (`inet output`), then `- ` what is gone and `+ ` what is new; at most `longestDiff`. */
	readonly lines: readonly string[];
}

export const longestDiff = 60;

/** As nft has it, but for the counter, which every rule has under its own name. */
const ruleText = (rule: Parameters<typeof renderRule>[0]): string => renderRule(rule).replace(/ ?counter name "[^"]*"/, '').trim();

type Texts = ReadonlyMap<string, string>;

function textsOf(chain: Chain | undefined, {backstop}: Ruleset): Texts {
	if (chain === undefined) return new Map();
	const rules = chain.rules.map((rule): readonly [string, string] => [rule.id, ruleText(rule)]);
	return new Map(chain.table === 'netdev' ? [['devices', `devices ${backstop.join(', ')}`], ...rules] : rules);
}

/** Of the first policy everything is new. */
export function diffPolicies(before: Ruleset | null, after: Ruleset): PolicyDiff {
	const places = [...after.chains, ...(before?.chains ?? [])].map(({table, name}) => `${table} ${name}`);
	const chainAt = (ruleset: Ruleset | null, place: string): Chain | undefined => ruleset?.chains.find(({table, name}) => `${table} ${name}` === place);
	const parts = [...new Set(places)].map(place => ({
		place,
		...diffTexts(before === null ? new Map() : textsOf(chainAt(before, place), before), textsOf(chainAt(after, place), after)),
	}));
	const all = parts.flatMap(({place, lines}) => (lines.length === 0 ? [] : [place, ...lines]));
	const sum = (pick: (part: (typeof parts)[number]) => number): number => parts.reduce((total, part) => total + pick(part), 0);
	return {
		added: sum(({added}) => added),
		removed: sum(({removed}) => removed),
		changed: sum(({changed}) => changed),
		lines: all.length <= longestDiff ? all : [...all.slice(0, longestDiff - 1), `and ${all.length - longestDiff + 1} more lines`],
	};
}

/** Rules are the same by their id: what another text has under it was changed. */
function diffTexts(before: Texts, after: Texts): PolicyDiff {
	const gone = [...before].filter(([id]) => !after.has(id));
	const fresh = [...after].filter(([id]) => !before.has(id));
	const changed = [...after].flatMap(([id, text]) => {
		const old = before.get(id);
		return old === undefined || old === text ? [] : [`- ${old}`, `+ ${text}`];
	});
	const stays = (texts: Texts, other: Texts): string => [...texts.keys()].filter(id => other.has(id)).join('\n');
	const moved = stays(before, after) === stays(after, before) ? [] : ['+ the same rules in another order'];
	return {
		added: fresh.length,
		removed: gone.length,
		changed: changed.length / 2 + moved.length,
		lines: [...gone.map(([, text]) => `- ${text}`), ...changed, ...fresh.map(([, text]) => `+ ${text}`), ...moved],
	};
}
