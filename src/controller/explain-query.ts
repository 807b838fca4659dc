/** Answers `explain` from the ruleset that was applied and the routing that was read. */
import type {Config} from '../config/config.ts';
import type {Explanation, ExplainQuery} from '../control/schema.ts';
import {familyOf, parseIp} from '../net/address.ts';
import {parseInterfaceName} from '../net/interface-name.ts';
import {parsePort} from '../net/port.ts';
import {explain} from '../policy/explain.ts';
import type {HeldSets} from '../policy/listing.ts';
import type {Ruleset, Situation} from '../policy/policy.ts';
import type {Question} from '../policy/question.ts';
import {fail, ok, type Result} from '../result.ts';
import type {NetworkReading} from './network-keeper.ts';

export interface Enforced {
	readonly ruleset: Ruleset | null;
	readonly config: Config;
	readonly situation: Situation;
	readonly network: NetworkReading | null;
	readonly held: HeldSets;
}

export function explainQuery(query: ExplainQuery, {ruleset, config, situation, network, held}: Enforced): Explanation {
	const question = questionOf(query, network);
	if (!question.ok) return unanswerable(question.error);
	if (ruleset === null) return unanswerable('No ruleset was applied yet.');
	if (network === null) return unanswerable('Links and routes were not read yet.');
	const explained = explain({
		world: {ruleset, routing: {links: network.links, ...network.routing}, held},
		question: question.value,
		openable: {config, situation, uplink: network.choice.uplink},
	});
	return {...explained, path: [...explained.path]};
}

/** The error is a reason for a person. */
function questionOf(query: ExplainQuery, network: NetworkReading | null): Result<Question, string> {
	const destination = parseIp(query.destination);
	if (destination === null) return fail(`${query.destination} is not an address: vks opens and refuses addresses, not names.`);
	const source = query.source === undefined ? null : parseIp(query.source);
	if (query.source !== undefined && source === null) return fail(`${query.source} is not an address.`);
	if (source !== null && familyOf(source) !== familyOf(destination)) return fail(`${source} and ${destination} are not of one family.`);
	const {direction = 'out', raw = false} = query;
	if (direction === 'in' && source === null) return fail('Who sent it has to be known of a packet that comes in.');
	const via = query.via === undefined ? (direction === 'in' || raw ? (network?.choice.uplink?.name ?? null) : null) : parseInterfaceName(query.via);
	if ((query.via !== undefined || direction === 'in' || raw) && !(network?.links ?? []).some(({name}) => name === via)) return fail(`There is no interface ${query.via ?? 'that is the uplink'}.`);
	return ok({
		direction, raw, destination, source, via,
		protocol: query.protocol,
		port: query.port === null ? null : parsePort(query.port),
		sourcePort: query.sourcePort === undefined ? null : parsePort(query.sourcePort),
		uid: query.uid,
		mark: query.mark ?? 0,
		established: query.established ?? false,
		icmpType: query.icmpType ?? null,
	});
}

const unanswerable = (reason: string): Explanation => ({verdict: 'unreachable', ruleId: 'none', reason, setting: 'vks', via: null, wouldOpen: null, path: []});
