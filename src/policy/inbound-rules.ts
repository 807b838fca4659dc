/** Accepts for ports that others may connect to, with the limits that stand before them. */
import type {Config} from '../config/config.ts';
import {cidrFamily} from '../net/cidr.ts';
import {accept, drop} from './build.ts';
import type {Match, Rule} from './policy.ts';

export interface Entrance {
	/** `published-8080-tcp` */
	readonly name: string;
	/** `any`, `v4` or `v6` */
	readonly suffix: string;
	readonly match: Match;
	readonly reason: string;
	readonly setting: string;
	readonly rates: Config['inboundRates'];
	/** Whether what an opened connection sends needs a rule of its own here. */
	readonly carries: boolean;
}

/** What was opened goes on; what is new passes within the limits; the rest of the new is refused by name. */
export function entranceRules({name, suffix, match, reason, setting, rates: {perSource, perPort}, carries}: Entrance): readonly Rule[] {
	const opened = accept(`${name}-in-${suffix}`, match, reason, setting);
	if (perSource === null && perPort === null) return [opened];
	const fresh: Match = {...match, connection: ['new']};
	return [
		...(carries ? [{...opened, match: {...match, connection: ['established' as const]}}] : []),
		...familiesOf(match).map(family => accept(
			`${name}-new-v${family}`,
			{...fresh, ...(match.source ?? match.destination ? {} : {family}), pace: {family, perSource, total: perPort}},
			`${reason} New connections, no faster than the limits.`,
			setting,
		)),
		drop(`refuse-flood-${name}-${suffix}`, fresh, 'New connections come faster than one source, or all together, may open them.', perSource === null ? 'VKS_INBOUND_PORT_RATE' : 'VKS_INBOUND_RATE'),
	];
}

function familiesOf({source, destination}: Match): readonly (4 | 6)[] {
	const [first] = source ?? destination ?? [];
	return first === undefined ? [4, 6] : [cidrFamily(first)];
}
