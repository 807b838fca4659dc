/** Hosts beyond links of the fake kernel, which answer over UDP and TCP. There are none until a test puts one there. */
import {duplexPair, type Duplex} from 'node:stream';
import type {ConnectWish, ExchangeWish, Link} from '../../src/kernel/kernel.ts';
import type {Problem} from '../../src/problem.ts';
import {fail, ok, type Result} from '../../src/result.ts';

export interface FakeHost {
	readonly link: string;
	readonly address: string;
	readonly port: number;
	/** What comes back for a datagram; null for silence. */
	answer(payload: Uint8Array): Uint8Array | null;
	/** Has somebody who connects. */
	accept(connection: Duplex): void;
}

/** The link decides, whatever the routes say; without one, whoever has the address. */
export function hostFor(hosts: ReadonlySet<FakeHost>, {address, port, device}: ConnectWish): FakeHost | undefined {
	return [...hosts].find(host => host.address === address && host.port === port && (device === undefined || host.link === device));
}

export function connectFake(hosts: ReadonlySet<FakeHost>, links: readonly Link[], wish: ConnectWish): Result<Duplex, Problem> {
	const why = (text: string): Problem => ({code: 'no-server', severity: 'error', what: `${wish.address}:${wish.port} could not be reached: ${text}.`, stillBlocking: true, next: 'Check it.'});
	if (isAbsent(links, wish)) return fail(why(`the socket could not be bound to ${wish.device}: ENODEV (No such device)`));
	const host = hostFor(hosts, wish);
	if (host === undefined) return fail(why('ECONNREFUSED (Connection refused)'));
	const [ours, theirs] = duplexPair();
	host.accept(theirs);
	return ok(ours);
}

export async function exchangeFake(hosts: ReadonlySet<FakeHost>, links: readonly Link[], wish: ExchangeWish, signal: AbortSignal): Promise<Uint8Array | null> {
	if (isAbsent(links, wish) || signal.aborted) return null;
	const answer = hostFor(hosts, wish)?.answer(wish.payload) ?? null;
	return answer ?? new Promise(resolve => signal.addEventListener('abort', () => resolve(null), {once: true}));
}

const isAbsent = (links: readonly Link[], {device}: ConnectWish): boolean => device !== undefined && !links.some(({name}) => name === device);
