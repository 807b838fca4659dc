/** Who is asked through the tunnel whether it carries. Pure. */
import type {Config, HealthTarget} from '../config/config.ts';
import {familyOf} from '../net/address.ts';
import {formatEndpoint, parsePort} from '../net/port.ts';
import type {TunnelUse} from '../policy/policy.ts';

/** As votes name it. */
export const targetText = (target: HealthTarget): string => (target.kind === 'ping' ? target.address : `TCP ${formatEndpoint(target)}`);

/** Two, because one resolver may go while the other stays. */
const mostResolvers = 2;
const dnsPort = parsePort(53);

/**
 * `auto`: the tunnel's own resolvers, which are asked for names anyway, so that nobody else hears of us. A target of a family
 * for which the tunnel has no address is left out.
 */
export function targetsFor({healthTargets}: Pick<Config, 'healthTargets'>, {resolvers, addresses}: Pick<TunnelUse, 'resolvers' | 'addresses'>): readonly HealthTarget[] {
	const families = new Set(addresses.map(familyOf));
	const reachable = resolvers.filter(address => families.has(familyOf(address)));
	const automatic = (): readonly HealthTarget[] => {
		// IPv4 first, as for look-ups.
		const [first, ...rest] = reachable.toSorted((a, b) => familyOf(a) - familyOf(b)).slice(0, mostResolvers);
		if (first === undefined || dnsPort === null) return [];
		return [{kind: 'ping', address: first}, ...rest.map(address => ({kind: 'ping', address}) as const), {kind: 'connect', address: first, port: dnsPort}];
	};
	return healthTargets === 'auto' ? automatic() : healthTargets.filter(({address}) => families.has(familyOf(address)));
}

/** Why nobody is asked; null where somebody is. */
export function whyNotAsked({healthTargets}: Pick<Config, 'healthTargets'>, targets: readonly HealthTarget[]): string | null {
	if (targets.length > 0) return null;
	if (healthTargets === 'auto') return 'the tunnel has no resolver to ask';
	return healthTargets.length === 0 ? 'VKS_HEALTH_TARGETS is off' : 'the tunnel has no address of the targets\' family';
}
