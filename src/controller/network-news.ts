/** What changed around the tunnel between two readings, in words for the journal. */
import {hooksNews} from './foreign-hooks.ts';
import type {Journal} from './journal.ts';
import type {NetworkReading} from './network-keeper.ts';

export function tellNetworkNews(journal: Pick<Journal, 'write'>, before: NetworkReading | null, after: NetworkReading): void {
	for (const news of networkNews(before, after)) journal.write('network', 'info', `${news}.`);
	for (const {level, text} of hooksNews(before?.hooks ?? null, after.hooks)) journal.write('tamper', level, text);
}

type Seen = Pick<NetworkReading, 'choice'>;

export function networkNews(before: Seen | null, {choice}: Seen): readonly string[] {
	if (before === null) return [];
	const [was, is] = [before.choice.uplink, choice.uplink];
	const sameLink = was !== null && is !== null && was.index === is.index;
	const renamed = sameLink && was.name !== is.name;
	const known = new Set([...before.choice.outside, ...(renamed ? [is.name] : [])]);
	const left = new Set([...choice.outside, ...(renamed ? [was.name] : [])]);
	const plugged = choice.outside.filter(name => !known.has(name));
	const gone = before.choice.outside.filter(name => !left.has(name));
	return [
		...plugged.map(name => `Interface ${name} appeared outside the tunnel: nothing passes by it but what the policy names`),
		...gone.map(name => `Interface ${name} is gone`),
		...(was !== null && !sameLink ? [is === null ? `The uplink ${was.name} is gone` : `The uplink is ${is.name} now, and was ${was.name}`] : []),
		...(was === null && is !== null ? [`The uplink is ${is.name}`] : []),
		...(renamed ? [`The uplink ${was.name} is called ${is.name} now`] : []),
		...(sameLink ? changesOf(was, is) : []),
	];
}

type Uplink = NonNullable<Seen['choice']['uplink']>;

function changesOf(was: Uplink, is: Uplink): readonly string[] {
	const changed = (what: string, from: string | null, to: string | null): readonly string[] =>
		from === to ? [] : [`${is.name} has ${what} ${to ?? 'none'} now, and had ${from ?? 'none'}`];
	return [
		...(was.up === is.up ? [] : [`The uplink ${is.name} is ${is.up ? 'up again' : 'down'}`]),
		...changed('the IPv4 gateway', was.gateway4, is.gateway4),
		...changed('the IPv6 gateway', was.gateway6, is.gateway6),
		...changed('addresses', was.addresses.join(' ') || null, is.addresses.join(' ') || null),
	];
}
