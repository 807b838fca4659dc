/**
 * vks's own questions through the tunnel that carries, beside VKS_EGRESS: their sockets bear a mark by which the policy knows them
 * where it governs root, and look-ups leave from ports whose tracked connections nobody redirected. Node's can do neither.
 */
import {randomInt} from 'node:crypto';
import type {Duplex} from 'node:stream';
import type {Config} from '../config/config.ts';
import {egressNumbers} from '../egress/plan.ts';
import type {Kernel} from '../kernel/kernel.ts';
import {familyOf, type IpAddress} from '../net/address.ts';
import {parsePort, type Port} from '../net/port.ts';
import {natPmpPort} from '../tunnel/nat-pmp.ts';
import {dnsAddresses, dnsQuestion} from './dns-message.ts';

export interface OwnWay {
	readonly kernel: Pick<Kernel, 'connect' | 'exchange'>;
	readonly mark: number;
}

const connectWithinMs = 5000;

/** Null where nobody is governed: then its questions go as any application's. */
export const ownWay = (kernel: OwnWay['kernel'], {egress}: Pick<Config, 'egress'>): OwnWay | null =>
	(egress.length > 0 ? {kernel, mark: egressNumbers.ownMark} : null);

/** Its mark where it has one; what bears another keeps that. */
export const ownExchange = (kernel: OwnWay['kernel'], config: Pick<Config, 'egress'>): Kernel['exchange'] => {
	const own = ownWay(kernel, config);
	return own === null ? kernel.exchange : (wish, signal) => kernel.exchange({...wish, mark: wish.mark ?? own.mark}, signal);
};

/** The IPv4 addresses of a name; null when nobody answered in time. */
export async function lookUpMarked({kernel, mark}: OwnWay, name: string, {resolver, source, withinMs}: {readonly resolver: IpAddress; readonly source: IpAddress; readonly withinMs: number}): Promise<readonly IpAddress[] | null> {
	const id = randomInt(0x1_0000);
	const [payload, port] = [dnsQuestion(name, id), parsePort(53)];
	if (payload === null || port === null) return null;
	const heard = await kernel.exchange({address: resolver, port, source, mark, payload}, AbortSignal.timeout(withinMs));
	return heard === null ? null : dnsAddresses(heard, id);
}

/** A connection from the tunnel's address of that family; null when there is none to be had. */
export async function reachMarked({kernel, mark}: OwnWay, {address, port: number, addresses}: {readonly address: IpAddress; readonly port: number; readonly addresses: readonly IpAddress[]}): Promise<Duplex | null> {
	const [port, source] = [parsePort(number), addresses.find(own => familyOf(own) === familyOf(address))];
	if (port === null || source === undefined) return null;
	const made = await kernel.connect({address, port, source, mark}, AbortSignal.timeout(connectWithinMs));
	return made.ok ? made.value : null;
}

/** Where vks itself asks besides its resolvers: at these ports a packet with its mark is let into the tunnel. */
export function ownPorts({exitUrl, notify, provider, healthTargets, portForward}: Pick<Config, 'exitUrl' | 'notify' | 'provider' | 'healthTargets' | 'portForward'>): readonly Port[] {
	const urls = [exitUrl, notify?.url ?? null].flatMap(text => (text === null ? [] : [new URL(text)]));
	const ports = [
		...urls.map(({port, protocol}) => (port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port))),
		...(provider.name === 'folder' ? [] : [443]),
		...(healthTargets === 'auto' ? [] : healthTargets.flatMap(target => (target.kind === 'connect' ? [target.port] : []))),
		...(portForward.by === 'off' ? [] : [natPmpPort]),
	];
	return [...new Set(ports)].sort((a, b) => a - b).flatMap(port => parsePort(port) ?? []);
}
