/** Intended against actual: what differs, in words an operator can use. Empty means equal. */
import type {ListedChain, Listing} from './listing.ts';

export function compare(intended: Listing, actual: Listing): readonly string[] {
	const missing = [...intended.chains.keys()].filter(name => !actual.chains.has(name)).map(name => `chain ${name} is missing`);
	const foreign = [...actual.chains.keys()].filter(name => !intended.chains.has(name)).map(name => `chain ${name} is not ours`);
	const changed = [...intended.chains].flatMap(([name, chain]) => {
		const other = actual.chains.get(name);
		return other === undefined ? [] : compareChain(name, chain, other);
	});
	const objects = actual.others.length > intended.others.length ? [`${actual.others.length - intended.others.length} objects in the table are not ours`] : [];
	return [...missing, ...foreign, ...changed, ...compareSets(intended, actual), ...objects];
}

/** What the sets hold is a matter of time, and compared where the time is known (`lease.ts`). */
function compareSets({leases: intended}: Listing, {leases: actual}: Listing): readonly string[] {
	return [
		...[...intended.keys()].filter(name => !actual.has(name)).map(name => `set ${name} is missing`),
		...[...actual.keys()].filter(name => !intended.has(name)).map(name => `set ${name} is not ours`),
		...[...intended].filter(([name, {spec}]) => actual.get(name) !== undefined && actual.get(name)?.spec !== spec).map(([name]) => `set ${name} was changed`),
	];
}

function compareChain(name: string, intended: ListedChain, actual: ListedChain): readonly string[] {
	const found: string[] = [];
	if (intended.spec !== actual.spec) found.push(`chain ${name} has another hook or default: ${actual.spec}`);
	const texts = new Map(actual.rules.map(rule => [rule.id, rule.text]));
	for (const {id, text} of intended.rules) {
		const other = texts.get(id);
		if (other === undefined) found.push(`rule ${id ?? '?'} is missing from ${name}`);
		else if (other !== text) found.push(`rule ${id ?? '?'} in ${name} was changed`);
	}
	const ours = new Set(intended.rules.map(rule => rule.id));
	const strangers = actual.rules.filter(rule => !ours.has(rule.id)).length;
	if (strangers > 0) found.push(`${strangers} rules in ${name} are not ours`);
	if (found.length === 0 && !sameOrder(intended, actual)) found.push(`the rules of ${name} are in another order, or doubled`);
	return found;
}

function sameOrder(intended: ListedChain, actual: ListedChain): boolean {
	return intended.rules.length === actual.rules.length && intended.rules.every((rule, index) => rule.id === actual.rules[index]?.id);
}
