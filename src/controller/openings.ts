/** What is open for a time: the model that the policy is compiled from. The kernel ends each by itself; here it is taken out. */
import {familyOf, type IpAddress} from '../net/address.ts';
import type {Port, Transport} from '../net/port.ts';
import type {EchoOpening, Exception, Pinhole} from '../policy/exception.ts';
import {leaseName, remainingMs, type Lease} from '../policy/lease.ts';
import type {Protocol} from '../policy/policy.ts';
import type {Clock} from './clock.ts';
import type {ExceptionWish} from './exception-wish.ts';

export interface PinholeWish {
	readonly address: IpAddress;
	readonly port: Port;
	readonly transport: Transport;
	/** Whose packets; they bear the tunnel's mark besides, by which they find the uplink. */
	readonly uid: number;
	readonly reason: string;
	readonly forMs: number;
}

export interface Openings {
	exceptions(): readonly Exception[];
	pinholes(): readonly Pinhole[];
	grant(wish: ExceptionWish): Exception;
	/** Takes one over that an earlier daemon granted, with what the kernel left of it. */
	resume(id: number, wish: ExceptionWish, leftMs: number): Exception;
	/** No id below this one is given again. */
	reserve(nextId: number): void;
	nextId(): number;
	end(id: number): Exception | null;
	openPinhole(wish: PinholeWish): Pinhole;
	closePinhole(id: number): boolean;
	closePinholes(): readonly Pinhole[];
	/** Those of before are closed: one measurement at a time. */
	openEchoes(addresses: readonly IpAddress[], forMs: number): void;
	closeEchoes(): boolean;
	echoes(): readonly EchoOpening[];
	/** Takes out what is over. */
	expire(): {readonly exceptions: readonly Exception[]; readonly pinholes: readonly Pinhole[]};
}

export function createOpenings({monotonic}: Pick<Clock, 'monotonic'>): Openings {
	const exceptions = new Map<number, Exception>();
	const pinholes = new Map<number, Pinhole>();
	let nextId = 1;
	let nextPinhole = 1;
	let echoes: readonly EchoOpening[] = [];
	let nextEcho = 1;

	const lease = (permission: string, protocol: Protocol, forMs: number, leftMs = forMs): Lease => ({name: leaseName(permission), protocol, untilMs: monotonic() + leftMs, forMs});
	const add = (id: number, {forMs, ...wish}: ExceptionWish, leftMs = forMs): Exception => {
		const exception: Exception = {...wish, id, lease: lease(`exception-${id}`, wish.protocol, forMs, leftMs)};
		exceptions.set(id, exception);
		nextId = Math.max(nextId, id + 1);
		return exception;
	};
	const take = <T>(from: Map<number, T>, ids: readonly number[]): readonly T[] => ids.flatMap(id => {
		const found = from.get(id);
		from.delete(id);
		return found === undefined ? [] : [found];
	});
	const over = (from: ReadonlyMap<number, {readonly lease: Lease}>): readonly number[] => [...from].filter(([, opening]) => remainingMs(opening.lease, monotonic()) === 0).map(([id]) => id);

	return {
		exceptions: () => [...exceptions.values()],
		pinholes: () => [...pinholes.values()],
		grant: wish => add(nextId, wish),
		resume: add,
		reserve(id) {
			nextId = Math.max(nextId, id);
		},
		nextId: () => nextId,
		end: id => take(exceptions, [id])[0] ?? null,
		openPinhole({forMs, ...wish}) {
			const id = nextPinhole++;
			const pinhole: Pinhole = {...wish, id, lease: lease(`bootstrap-${id}`, wish.transport, forMs)};
			pinholes.set(id, pinhole);
			return pinhole;
		},
		closePinhole: id => pinholes.delete(id),
		echoes: () => echoes,
		openEchoes(addresses, forMs) {
			echoes = ([4, 6] as const).flatMap(family => {
				const ofFamily = addresses.filter(address => familyOf(address) === family);
				const protocol = family === 4 ? 'icmp' : 'icmpv6';
				if (ofFamily.length === 0) return [];
				const id = nextEcho++;
				return [{id, protocol, addresses: ofFamily, lease: lease(`latency-${id}`, protocol, forMs)}];
			});
		},
		closeEchoes() {
			const stood = echoes.length > 0;
			echoes = [];
			return stood;
		},
		closePinholes: () => take(pinholes, [...pinholes.keys()]),
		expire() {
			echoes = echoes.filter(({lease: {untilMs}}) => untilMs > monotonic());
			return {exceptions: take(exceptions, over(exceptions)), pinholes: take(pinholes, over(pinholes))};
		},
	};
}
