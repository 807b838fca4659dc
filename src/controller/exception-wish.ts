/** What an operator may ask to have opened, and why not. Pure. */
import {doubtAbout, parseOpenableRange} from '../config/parse-addresses.ts';
import {isDnsPort} from '../config/parse-permissions.ts';
import type {ExceptionText} from '../control/schema.ts';
import type {IpAddress} from '../net/address.ts';
import {cidrContains, cidrFamily} from '../net/cidr.ts';
import {parsePort} from '../net/port.ts';
import type {Exception} from '../policy/exception.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';

export type ExceptionWish = Omit<Exception, 'id' | 'lease'> & {readonly forMs: number};

export function parseException({protocol, range, port, direction, uid, reason, by, seconds}: ExceptionText): Result<ExceptionWish, Problem> {
	const parsed = parseOpenableRange(range);
	if (!parsed.ok) return refuse(parsed.error.map(({value, wrong}) => `${value ?? range} ${wrong}`).join('; '), parsed.error[0]?.right ?? 'Write an address or a range, such as 192.168.1.20:5432.');
	const doubt = doubtAbout(parsed.value);
	if (doubt !== null) return refuse(`${parsed.value} ${doubt}`, 'Exceptions open private ranges outside the tunnel; what is public belongs inside it.');
	const named = port === null ? null : parsePort(port);
	const hasPorts = protocol === 'tcp' || protocol === 'udp';
	if (hasPorts && named === null) return refuse(`${protocol} needs a port`, `Write it behind the address: ${range}:5432.`);
	if (!hasPorts && named !== null) return refuse(`${protocol} has no ports`, 'Leave out the port.');
	if (named !== null && isDnsPort(named)) return refuse(`port ${named} is DNS, which goes through the tunnel or nowhere`, 'Name the address in /etc/hosts instead.');
	if (!hasPorts && (protocol === 'icmp') !== (cidrFamily(parsed.value) === 4)) return refuse(`${protocol} and ${parsed.value} are of different families`, 'Use icmp with IPv4 and icmpv6 with IPv6.');
	if (uid !== null && direction === 'in') return refuse('what comes in has no uid yet', 'Leave out the uid, or the direction.');
	return ok({protocol, range: parsed.value, port: named, direction, uid, by, reason, forMs: seconds * 1000});
}

/** The route to it would lead look-ups, or the tunnel itself, past the tunnel. */
export function collides({range}: Pick<ExceptionWish, 'range'>, reserved: readonly IpAddress[]): Problem | null {
	const inside = reserved.find(address => cidrContains(range, address));
	return inside === undefined ? null : refusal(`${range} holds ${inside}, which is the tunnel's own`, 'Name a range without it.');
}

const refusal = (why: string, next: string): Problem => ({code: 'bad-request', severity: 'error', what: `The exception was refused: ${why}.`, stillBlocking: true, next});
const refuse = (why: string, next: string): Result<never, Problem> => fail(refusal(why, next));
