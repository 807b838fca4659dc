/**
 * The two ways to a provider's API. Before there is a tunnel: by a pinhole for one address at a time, that is closed as soon as
 * the answer is there. With one: through it, from its address, as any application's request.
 */
import type {Kernel} from '../kernel/kernel.ts';
import {familyOf, isIpv4, type IpAddress} from '../net/address.ts';
import {parsePort} from '../net/port.ts';
import type {Problem} from '../problem.ts';
import {fail, ok} from '../result.ts';
import {httpsGet, type Connect} from '../servers/https-get.ts';
import type {AskApi} from '../servers/provider.ts';
import type {ProviderSource} from '../servers/provider-source.ts';
import {resolveThrough} from './exit-check.ts';
import type {OwnWay} from './own-way.ts';
import type {OpenPinhole} from './pinholes.ts';

/** Mullvad's list is 600 KiB. */
const mostBytes = 8 * 1024 * 1024;
/** A little longer than one question may take (https-get.ts): the kernel's end of it is for a daemon that died meanwhile. */
const pinholeForMs = 35_000;
const httpsPort = parsePort(443);

export interface AskOptions {
	readonly source: Pick<ProviderSource, 'host' | 'addresses' | 'uid'>;
	readonly connect: Kernel['connect'];
	readonly signal: AbortSignal;
}

export function askByPinhole({source, connect, signal}: AskOptions, {openPinhole, mark}: {readonly openPinhole: OpenPinhole; readonly mark: number}): AskApi {
	const connectBy: Connect = async (address, within) => {
		if (httpsPort === null) return fail(calledOff);
		const opened = await openPinhole({address, port: httpsPort, transport: 'tcp', uid: source.uid, reason: `${source.host} names servers`, forMs: pinholeForMs});
		if (!opened.ok) return opened;
		const close = opened.value;
		const connected = await connect({address, port: httpsPort, mark, source: null}, within);
		// Also when it was called off meanwhile: whoever closes it, it is closed.
		if (connected.ok) connected.value.once('close', () => void close());
		else await close();
		return connected;
	};
	return asking(source, source.addresses, connectBy, signal);
}

export async function askThroughTunnel({source, connect, signal}: AskOptions, through: {readonly addresses: readonly IpAddress[]; readonly resolvers: readonly IpAddress[]}, own: OwnWay | null): Promise<AskApi> {
	const resolved = await resolveThrough(source.host, through.resolvers, through.addresses.find(isIpv4), own);
	const addresses = [...new Set([...(resolved === null ? [] : [resolved]), ...source.addresses])];
	const connectBy: Connect = async (address, within) => {
		const from = through.addresses.find(each => familyOf(each) === familyOf(address));
		// Without an address of the tunnel's own it would ask from the uplink's, and be refused.
		if (from === undefined || httpsPort === null) return fail(noFamily(address));
		return connect({address, port: httpsPort, mark: own?.mark ?? null, source: from}, within);
	};
	return asking(source, addresses, connectBy, signal);
}

const asking = ({host}: Pick<ProviderSource, 'host'>, addresses: readonly IpAddress[], connectBy: Connect, signal: AbortSignal): AskApi => async (path, headers = {}) => {
	if (signal.aborted) return fail(calledOff);
	const answer = await httpsGet({host, path, addresses, headers, mostBytes, signal}, connectBy);
	return answer.ok ? ok(answer.value) : signal.aborted ? fail(calledOff) : answer;
};

export const calledOff: Problem = {code: 'superseded', severity: 'warning', what: 'The provider was not asked to the end: something else came first.', stillBlocking: true, next: 'Nothing to do.'};
const noFamily = (address: IpAddress): Problem => ({code: 'no-server', severity: 'warning', what: `The tunnel has no address to ask ${address} from.`, stillBlocking: true, next: 'Name an address of the other family for the API.'});
