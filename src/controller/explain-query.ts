/** Answers `explain` from the ruleset that was applied and the routes that were read. */
import type {Explanation, ExplainQuery} from '../control/schema.ts';
import {familyOf, parseIp} from '../net/address.ts';
import {parsePort} from '../net/port.ts';
import {explain} from '../policy/explain.ts';
import type {Ruleset} from '../policy/policy.ts';
import type {LiveTunnel} from './dial.ts';
import type {NetworkReading} from './network-keeper.ts';

export function explainQuery(query: ExplainQuery, ruleset: Ruleset | null, network: NetworkReading | null, live: LiveTunnel | null): Explanation {
	const destination = parseIp(query.destination);
	if (destination === null) return unanswerable(`${query.destination} is not an address: vks opens and refuses addresses, not names.`);
	if (ruleset === null) return unanswerable('No ruleset was applied yet.');
	const explained = explain({
		ruleset,
		protocol: query.protocol,
		destination,
		port: query.port === null ? null : parsePort(query.port),
		uid: query.uid,
		mainRoutes: network?.mainRoutes ?? [],
		tunnel: live === null ? null : {interface: live.use.interface, addresses: live.use.addresses, resolvers: live.use.resolvers, pass: live.use.pass},
		sourceOn: (device, target) => {
			const own = live?.use.interface === device ? live.use.addresses : network?.links.find(({name}) => name === device)?.addresses.map(({address}) => address);
			return own?.find(address => familyOf(address) === familyOf(target)) ?? null;
		},
	});
	return {...explained, path: [...explained.path]};
}

const unanswerable = (reason: string): Explanation => ({verdict: 'unreachable', ruleId: 'none', reason, setting: 'vks', via: null, wouldOpen: null, path: []});
