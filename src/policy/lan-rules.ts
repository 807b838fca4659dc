/** `VKS_LAN`: openings on the uplink by range, protocol, port and direction. Whoever may not begin may only answer. */
import type {LanPermission} from '../config/config.ts';
import {accept} from './build.ts';
import type {Context} from './context.ts';
import type {Match, Rule} from './policy.ts';

/** ICMP as a permission means echo: redirects and the like are nobody's to send. RFC 792 (8, 0), RFC 4443 (128, 129). */
const echo = {icmp: {request: 8, answer: 0}, icmpv6: {request: 128, answer: 129}} as const;

const reason = 'A narrow opening on the LAN.';
const answerReason = 'Answers within a narrow opening on the LAN.';

export function permissionsOut(context: Context): readonly Rule[] {
	return each(context, ({permission, name, out}) => [
		...(permission.direction === 'in' ? [] : [accept(`${name}-out`, {...out, ...asked(permission)}, reason, 'VKS_LAN')]),
		...(permission.direction === 'out' || isOpen(permission) ? [] : [accept(`${name}-answer-out`, {...out, ...answering(permission), connectionDirection: 'reply'}, answerReason, 'VKS_LAN')]),
	]);
}

export function permissionsIn(context: Context): readonly Rule[] {
	return each(context, ({permission, name, back}) => [
		...(permission.direction === 'out' ? [] : [accept(`${name}-in`, {...back, ...asked(permission)}, reason, 'VKS_LAN')]),
		...(permission.direction === 'in' || isOpen(permission) ? [] : [accept(`${name}-answer-in`, {...back, ...answering(permission), connection: ['established'], connectionDirection: 'reply'}, answerReason, 'VKS_LAN')]),
	]);
}

/** `ct` does not exist at this hook: what is an answer shows by its port only. */
export function permissionsEgress(context: Context): readonly Rule[] {
	return each(context, ({permission, name, out}) => [
		...(permission.direction === 'in' && narrows(permission) ? [] : [accept(`egress-${name}`, {...out, ...asked(permission)}, reason, 'VKS_LAN')]),
		...(permission.direction === 'out' || !narrows(permission) ? [] : [accept(`egress-${name}-answer`, {...out, ...answering(permission)}, answerReason, 'VKS_LAN')]),
	]);
}

/** Whether what asks and what answers can be told apart without connection tracking. */
const narrows = ({protocol, ports}: LanPermission): boolean => ports !== null || protocol === 'icmp' || protocol === 'icmpv6';

/** Where both may begin, on any port, questions let the answers pass. */
const isOpen = (permission: LanPermission): boolean => permission.direction === 'both' && !narrows(permission);

interface Opening {
	readonly permission: LanPermission;
	readonly name: string;
	readonly out: Match;
	readonly back: Match;
}

function each({config, exceptionsOpen, uplink}: Context, make: (opening: Opening) => readonly Rule[]): readonly Rule[] {
	if (uplink === null || !exceptionsOpen) return [];
	return config.lan.flatMap((permission, index) => make({
		permission,
		name: `lan-${index + 1}`,
		out: {outInterface: [uplink], destination: [permission.range]},
		back: {inInterface: [uplink], source: [permission.range]},
	}));
}

function asked({protocol, ports}: LanPermission): Match {
	return {...spoken(protocol, 'request'), ...(ports === null ? {} : {destinationSpan: ports})};
}

function answering({protocol, ports}: LanPermission): Match {
	return {...spoken(protocol, 'answer'), ...(ports === null ? {} : {sourceSpan: ports})};
}

function spoken(protocol: LanPermission['protocol'], part: 'request' | 'answer'): Match {
	if (protocol === null) return {};
	return {protocol: [protocol], ...(protocol === 'icmp' || protocol === 'icmpv6' ? {icmpTypes: [echo[protocol][part]]} : {})};
}
