/** Sends something that wants an answer through a tunnel: one DNS question to its resolver, from the tunnel's own address. */
import {Resolver} from 'node:dns/promises';
import {isIpv4, type IpAddress} from '../net/address.ts';
import {lookUpMarked, type OwnWay} from './own-way.ts';

export interface Question {
	readonly resolver: IpAddress;
	readonly source: IpAddress;
}

/** Null where there is nobody to ask: then only what the other end sends by itself shows that data flows, because applications wait for that. */
export function questionFor({resolvers, addresses}: {readonly resolvers: readonly IpAddress[]; readonly addresses: readonly IpAddress[]}): Question | null {
	const [resolver, source] = [resolvers.find(isIpv4), addresses.find(isIpv4)];
	return resolver === undefined || source === undefined ? null : {resolver, source};
}

/** Any answer is one, a refusal too: what only a resolver can have said (codes of c-ares, which `node:dns` passes on). */
const answers: ReadonlySet<unknown> = new Set(['ENODATA', 'EFORMERR', 'ESERVFAIL', 'ENOTFOUND', 'ENOTIMP', 'EREFUSED', 'EBADRESP']);

/** Milliseconds until the resolver answered; null when it did not in time. Asked once, so that nothing is counted twice. Never rejects. */
export async function roundTrip({resolver: target, source}: Question, {timeoutMs, monotonic, own = null}: {readonly timeoutMs: number; readonly monotonic: () => number; readonly own?: OwnWay | null}): Promise<number | null> {
	const startedMs = monotonic();
	const answered = own === null ? await isAnswered(target, source, timeoutMs) : (await lookUpMarked(own, 'example.com', {resolver: target, source, withinMs: timeoutMs})) !== null;
	return answered ? Math.max(0, monotonic() - startedMs) : null;
}

async function isAnswered(target: IpAddress, source: IpAddress, timeoutMs: number): Promise<boolean> {
	const resolver = new Resolver({timeout: timeoutMs, tries: 1});
	resolver.setServers([target]);
	resolver.setLocalAddress(source);
	return resolver.resolve4('example.com').then(() => true, (error: unknown) => error instanceof Error && 'code' in error && answers.has(error.code));
}

/**
 * The answer does not matter, that there is one does: the tunnel's received bytes show it. Every resolver is asked, because the
 * first of several that are set may belong to another server. Never rejects.
 */
export async function askResolvers({resolvers, addresses}: Parameters<typeof questionFor>[0], timeoutMs: number, own: OwnWay | null = null): Promise<void> {
	const questions = resolvers.map(resolver => questionFor({resolvers: [resolver], addresses})).filter(question => question !== null);
	await Promise.all(questions.map(question => roundTrip(question, {timeoutMs, monotonic: () => 0, own})));
}
