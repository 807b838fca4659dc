/** Finds out whether a tunnel that stands beside the one that carries works: handshake, data, and where it comes out. */
import type {Config} from '../config/config.ts';
import type {IpAddress} from '../net/address.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import type {BesideWay} from './ask-beside.ts';
import type {Clock} from './clock.ts';
import {verify, type DialFailure, type LiveTunnel} from './dial.ts';
import {askExit, type ExitIdentity} from './exit-check.ts';

export interface VerifyBesideDeps {
	readonly config: Pick<Config, 'exitUrl'>;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	readonly way: BesideWay;
	/** Addresses of the links outside: who is seen by one of them is seen outside the tunnel. */
	readonly ours: readonly IpAddress[];
}

/** Who the world sees through it; null where nobody is to be asked. */
export async function verifyBeside(live: LiveTunnel, {config: {exitUrl}, clock, signal, way, ours}: VerifyBesideDeps): Promise<Result<ExitIdentity | null, DialFailure>> {
	const verified = await verify(live, {clock, signal, ask: way.ask});
	if (!verified.ok) return verified;
	if (exitUrl === null) return ok(null);
	const exit = await askExit(exitUrl, way);
	if (exit === null) return fail({cause: 'tunnel-failed', problem: noExit(live, exitUrl)});
	return ours.includes(exit.address) ? fail({cause: 'tunnel-failed', problem: ownExit(live, exit.address)}) : ok(exit);
}

const noExit = ({tunnel: {server}}: LiveTunnel, url: string): Problem => ({
	code: 'tunnel-failed', severity: 'error', stillBlocking: true,
	what: `${server.id} passes data, but ${new URL(url).hostname} did not say through it which address the world sees.`,
	next: 'Try again, or another server; VKS_EXIT_URL names another service, and `off` switches without asking.',
});

const ownExit = ({tunnel: {server}}: LiveTunnel, address: IpAddress): Problem => ({
	code: 'tunnel-failed', severity: 'error', stillBlocking: true,
	what: `Through ${server.id} the world sees ${address}, which is an address of a link outside the tunnel.`,
	next: 'Do not use this server: it hands packets back to where they came from. Switch to another one.',
});
