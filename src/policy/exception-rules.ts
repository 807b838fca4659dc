/** Exceptions and pinholes as rules. Each of them names its lease, so that the kernel ends it, established flows included. */
import {hostCidr} from '../net/cidr.ts';
import {accept, setMark} from './build.ts';
import type {Context} from './context.ts';
import type {Exception} from './exception.ts';
import type {Match, Rule} from './policy.ts';

/** RFC 792, RFC 4443: an exception for ICMP is one for ping, and no way to send redirects or advertisements. */
const echo = {icmp: {request: 8, reply: 0}, icmpv6: {request: 128, reply: 129}} as const;

export function exceptionsOut(context: Context): readonly Rule[] {
	const {uplink} = context;
	if (uplink === null) return [];
	return open(context).map(exception => exception.direction === 'out'
		? permit(exception, 'out', {outInterface: [uplink], destination: [exception.range], ...request(exception), ...(exception.uid === null ? {} : {uid: exception.uid})})
		: permit(exception, 'answers', {outInterface: [uplink], destination: [exception.range], ...answer(exception), connection: ['established'], connectionDirection: 'reply'}));
}

export function exceptionsIn(context: Context): readonly Rule[] {
	const {uplink} = context;
	if (uplink === null) return [];
	return open(context).map(exception => exception.direction === 'in'
		? permit(exception, 'in', {inInterface: [uplink], source: [exception.range], ...request(exception)})
		: permit(exception, 'answers', {inInterface: [uplink], source: [exception.range], ...answer(exception), connection: ['established'], connectionDirection: 'reply'}));
}

/** Neither uid nor connection state can be asked at the egress hook. */
export function exceptionsEgress(context: Context): readonly Rule[] {
	const {uplink} = context;
	if (uplink === null) return [];
	return open(context).map(exception => permit(exception, 'egress', {
		outInterface: [uplink], destination: [exception.range], ...(exception.direction === 'out' ? request(exception) : answer(exception)),
	}));
}

/** As for the endpoint: reverse-path filtering must find the way that the answers came. */
export function pinholeMarks(context: Context): readonly Rule[] {
	return pinholes(context, 'mark', ({address, port, transport, lease}, {uplink, mark}) => (id, reason) => setMark(
		id, mark, {inInterface: [uplink], source: [hostCidr(address)], protocol: [transport], sourcePorts: [port], lease: lease.name}, reason,
	));
}

export function pinholesOut(context: Context): readonly Rule[] {
	return pinholes(context, 'out', ({address, port, transport, uid, lease}, {uplink, mark}) => (id, reason) => accept(
		id, {outInterface: [uplink], destination: [hostCidr(address)], protocol: [transport], destinationPorts: [port], mark, uid, lease: lease.name}, reason,
	));
}

export function pinholesIn(context: Context): readonly Rule[] {
	return pinholes(context, 'answers', ({address, port, transport, lease}, {uplink}) => (id, reason) => accept(
		id, {inInterface: [uplink], source: [hostCidr(address)], protocol: [transport], sourcePorts: [port], connection: ['established'], lease: lease.name}, reason,
	));
}

export function pinholesEgress(context: Context): readonly Rule[] {
	return pinholes(context, 'egress', ({address, port, transport, lease}, {uplink, mark}) => (id, reason) => accept(
		id, {outInterface: [uplink], destination: [hostCidr(address)], protocol: [transport], destinationPorts: [port], mark, lease: lease.name}, reason,
	));
}

const open = ({situation, exceptionsOpen}: Context): readonly Exception[] => (exceptionsOpen ? (situation.exceptions ?? []) : []);

const permit = (exception: Exception, part: string, match: Match): Rule =>
	accept(`exception-${exception.id}-${part}`, {...match, lease: exception.lease.name}, `Exception ${exception.id} of ${exception.by}: ${exception.reason}`, 'allow');

function request({protocol, port}: Exception): Match {
	if (protocol === 'icmp' || protocol === 'icmpv6') return {protocol: [protocol], icmpTypes: [echo[protocol].request]};
	return {protocol: [protocol], ...(port === null ? {} : {destinationPorts: [port]})};
}

function answer({protocol, port}: Exception): Match {
	if (protocol === 'icmp' || protocol === 'icmpv6') return {protocol: [protocol], icmpTypes: [echo[protocol].reply]};
	return {protocol: [protocol], ...(port === null ? {} : {sourcePorts: [port]})};
}

type OnePinhole = NonNullable<Context['situation']['pinholes']>[number];
type Where = {readonly uplink: NonNullable<Context['uplink']>; readonly mark: number};

/** Closed in lockdown, and once a tunnel carries applications: from then on everything can be asked through it. */
function pinholes({situation, uplink, config, tunnels, exceptionsOpen}: Context, part: string, make: (pinhole: OnePinhole, where: Where) => (id: string, reason: string) => Rule): readonly Rule[] {
	if (uplink === null || !exceptionsOpen || tunnels.some(({pass}) => pass === 'traffic')) return [];
	return (situation.pinholes ?? []).map(pinhole => make(pinhole, {uplink, mark: config.numbers.tunnelMark})(`bootstrap-${pinhole.id}-${part}`, `Before there is a tunnel: ${pinhole.reason}`));
}
