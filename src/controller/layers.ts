/** From what was read back to what each layer is said to do. Pure. */
import type {LayerView} from '../control/schema.ts';
import {describeBeside, describeDiverting} from './foreign-hooks.ts';
import {describeIpv6} from './ipv6-layer.ts';
import type {Readings} from './proof.ts';
import type {SysctlReading} from './sysctl-keeper.ts';
import {xdpLayer} from './xdp-layer.ts';

type Layer = Omit<LayerView, 'repairs'>;

export function layersOf(readings: Readings): readonly LayerView[] {
	const {ruleset, network} = readings;
	const firewall = !ruleset.ok ? [ruleset.error.what] : [...ruleset.value.firewall, ...ruleset.value.ownership];
	const routing = !network.ok ? [network.error.what] : network.value.broken;
	const past = network.ok ? describeDiverting(network.value.hooks) : [];
	const beside = network.ok ? describeBeside(network.value.hooks) : '';
	const backstop = [...past, ...(!ruleset.ok ? [ruleset.error.what] : ruleset.value.backstop)];
	const noIpv6 = network.ok && !network.value.ipv6;
	const routing6 = routing.filter(text => text.includes('IPv6'));
	const layers = [
		layer('firewall', firewall, readings.ownership === 'owned' ? 'default drop; the table is ours and nobody else can change it' : 'default drop; this kernel or backend has no table ownership, changes are repaired'),
		readings.attached ? foreign('routing', routing, 'the tunnel\'s owner routes; firewall and egress backstop hold alone') : layer('routing', routing, 'only marked packets and answers of published ports find the uplink; everything else ends in the tunnel or unreachable'),
		readings.attached ? foreign('reverse-path', [], 'sysctls are the owner\'s, and left as they are') : reversePathLayer(readings.sysctl),
		readings.backstop !== null && past.length === 0 ? {name: 'egress', state: 'unsupported', detail: readings.backstop.what} as const : layer('egress', backstop, `raw packets are stopped on every interface outside the tunnel; ${readings.rawDropped} so far${beside}`),
		network.ok ? xdpLayer(network.value.xdp) : layer('af-xdp', routing, ''),
		noIpv6 ? {name: 'ipv6', state: 'unsupported', detail: 'the kernel has no IPv6 here, so nothing can leave by it'} as const : layer('ipv6', [...firewall, ...routing6], describeIpv6(readings.ipv6)),
		readings.attached ? foreign('dns', firewall, `look-ups go to the named resolvers on the tunnel ${orEngine(readings)}; resolv.conf is the owner's`) : dnsLayer(readings, firewall),
	] satisfies readonly Layer[];
	return layers.map(each => ({...each, repairs: readings.repairs[each.name]}));
}

/** Hardening that cannot be written is named and is no drift: the firewall drops what it would have let the kernel answer. */
export function reversePathLayer({problems, filtering, unset}: Pick<SysctlReading, 'problems' | 'filtering' | 'unset'>): Layer {
	if (problems.length > 0) return layer('reverse-path', problems.map(({what, next}) => `${what} ${next}`), '');
	const values = filtering.map(({name, rpFilter, srcValidMark}) => `${name} rp_filter=${rpFilter} src_valid_mark=${srcValidMark}`);
	const leaves = [...new Set(unset.map(({leaf}) => leaf))];
	const hardening = leaves.length === 0 ? 'redirects and source routes refused, ARP for a link\'s own addresses only' : `not as wanted and not writable here: ${leaves.join(', ')}`;
	return layer('reverse-path', [], [...(values.length === 0 ? [] : [values.join(', ')]), hardening].join('; '));
}

/** Look-ups outside are refused by the firewall either way; resolv.conf decides whether names resolve at all. */
function dnsLayer(readings: Readings, firewall: readonly string[]): Layer {
	const {resolv} = readings;
	if (firewall.length > 0) return layer('dns', firewall, '');
	if (!resolv.due) return layer('dns', [], `no tunnel: every look-up is refused${readings.engineDns ? ` but those to ${engine}` : ''}`);
	return layer('dns', resolv.differs === null ? [] : [`resolv.conf ${resolv.differs}; look-ups elsewhere are refused`], `look-ups go to the tunnel's resolvers ${orEngine(readings)}`);
}

const engine = '127.0.0.11 (VKS_DOCKER_DNS), which answers from outside the tunnel';
const orEngine = ({engineDns}: Pick<Readings, 'engineDns'>): string => (engineDns ? `and to ${engine}` : 'only');

/** Somebody else's business: what of it is ours to say is said, and nothing is put right. */
function foreign(name: Layer['name'], differences: readonly string[], whose: string): Layer {
	return differences.length === 0 ? {name, state: 'foreign', detail: whose} : layer(name, differences, '');
}

function layer(name: Layer['name'], differences: readonly string[], held: string): Layer {
	return differences.length === 0 ? {name, state: 'held', detail: held} : {name, state: 'missing', detail: differences.slice(0, 3).join('; ')};
}
