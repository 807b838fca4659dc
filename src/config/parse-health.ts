/** Who is asked through the tunnel. */
import {parseIp, type IpAddress} from '../net/address.ts';
import {formatEndpoint, parsePort} from '../net/port.ts';
import {ok} from '../result.ts';
import type {HealthTarget} from './config.ts';
import {parseResolver} from './parse-addresses.ts';
import {isDnsPort} from './parse-permissions.ts';
import {faulty, listOf, type Parsed} from './parse-text.ts';

/** Each of them is asked every second once the tunnel is suspected. */
const most = 8;

export function parseHealthTargets(text: string): Parsed<'auto' | readonly HealthTarget[]> {
	if (text.toLowerCase() === 'auto') return ok('auto');
	if (text.toLowerCase() === 'off') return ok([]);
	const targets = listOf(parseTarget)(text);
	if (!targets.ok) return targets;
	const once = [...new Map(targets.value.map(target => [healthTargetText(target), target])).values()];
	if (once.length === 0) return faulty({value: text, wrong: 'names nobody'});
	return once.length > most ? faulty({value: text, wrong: `names more than ${most}`}) : ok(once);
}

/** Null is never. */
export function parseFailover(text: string): Parsed<'auto' | number | null> {
	if (text.toLowerCase() === 'auto') return ok('auto');
	if (text.toLowerCase() === 'off') return ok(null);
	const number = /^\d{1,2}$/.test(text) ? Number(text) : 0;
	return number >= 1 && number <= 20 ? ok(number) : faulty({value: text, wrong: 'is neither auto nor off nor a number from 1 to 20'});
}

export const healthTargetText = (target: HealthTarget): string => (target.kind === 'ping' ? target.address : formatEndpoint(target));

function parseTarget(text: string): Parsed<HealthTarget> {
	const [, six, four, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text) ?? [];
	if (digits === undefined) {
		const address = targetAddress(text);
		return address.ok ? ok({kind: 'ping', address: address.value}) : address;
	}
	const address = targetAddress(six ?? four ?? '');
	const port = parsePort(digits);
	if (!address.ok) return address;
	if (port === null) return faulty({value: text, wrong: 'has no port from 1 to 65535'});
	// Look-ups go to the tunnel's resolvers and nowhere else, whoever asks.
	return isDnsPort(port) ? faulty({value: text, wrong: 'is a port for look-ups, which the policy refuses', right: "Leave it out: the tunnel's resolvers are asked anyway."}) : ok({kind: 'connect', address: address.value, port});
}

/** Whatever can be no resolver can be no target; the words differ. */
function targetAddress(text: string): Parsed<IpAddress> {
	if (parseIp(text) === null) return faulty({value: text, wrong: 'is not an address'});
	const address = parseResolver(text);
	return address.ok ? address : faulty({value: text, wrong: 'cannot be the address of a target'});
}
