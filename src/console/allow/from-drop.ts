/** The exception that would have let a refused packet pass; or why there is none. Pure. */
import type {DropView} from '../../control/schema.ts';
import {formatAddress} from '../format.ts';
import {fail, ok, type Result} from '../../result.ts';
import {emptyForm, type AllowForm} from './form.ts';

/** RFC 792, RFC 4443. */
const echoRequest = {icmp: 8, icmpv6: 128} as const;

/** Refusals about what a packet is, not about where it goes: no permission of a target undoes them. */
const notByTarget: ReadonlyArray<readonly [id: RegExp, why: string]> = [
	[/^refuse-disguised-/, 'it was a raw frame that is not what its sender says it is: nothing opens that'],
	[/^refuse-(?:arp-)?tunnel-address/, 'it bore the tunnel\'s own address on the wrong link: nothing opens that (CVE-2019-14899)'],
	[/^refuse-tunnel-(?:source|loop)/, 'it was sent into the tunnel with an address that is not the tunnel\'s: an exception opens the uplink only'],
	[/^refuse-egress-/, 'who sent it reaches listed names only: VKS_EGRESS opens those, by name, and an exception opens the uplink only'],
	[/^refuse-gateway-/, 'it came from a host behind vks: those are opened by VKS_GATEWAY, not for a time'],
];

export function formFromDrop(record: DropView): Result<AllowForm, string> {
	const {direction, protocol, destinationPort, icmpType, ruleId, uid} = record;
	if (direction === 'forward') return fail('it was for another host: what vks routes is opened by VKS_GATEWAY, not for a time');
	const never = notByTarget.find(([id]) => id.test(ruleId));
	if (never !== undefined) return fail(never[1]);
	if (protocol === 'other') return fail('only tcp, udp and ping can be opened for a time; this was neither');
	const other = direction === 'out' ? record.destination : record.source;
	if (protocol === 'icmp' || protocol === 'icmpv6') {
		if (icmpType !== echoRequest[protocol]) return fail(`of ${protocol} only ping can be opened for a time; this was type ${icmpType ?? 'unknown'}`);
		return ok(prefilled(`${protocol} ${other}`, record));
	}
	if (destinationPort === null || destinationPort === 0) return fail('its port is not known, as of a later fragment');
	return ok({...prefilled(`${protocol} ${formatAddress(other, destinationPort)}`, record), who: direction === 'out' && uid !== null ? String(uid) : ''});
}

/** On a choice, where a key that is still held types nothing. */
const prefilled = (target: string, {direction}: DropView): AllowForm => ({...emptyForm, target, direction: direction === 'in' ? 'in' : 'out', field: 'time'});
