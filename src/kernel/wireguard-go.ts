/** WireGuard in userspace: a wireguard-go process that owns the link, configured over its socket. */
import {fail, ok, type Result} from '../result.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {Problem} from '../problem.ts';
import type {DeviceDeps} from './devices-deps.ts';
import {readStanding, setUpLink} from './devices-link.ts';
import {removeOwn} from './devices-leftover.ts';
import type {Process} from './devices-process.ts';
import {endSupervised, supervise, type Supervision} from './devices-supervise.ts';
import type {TunnelDevice, WireguardFacts} from './kernel.ts';
import {parseUapiErrno, parseUapiGet} from './parse-wg-uapi.ts';
import {getRequest, renderUapiSet} from './wireguard-uapi.ts';
import {noTun, noWireguard, tunnelFailed} from './device-problems.ts';

const readyWithinMs = 5000;

// In the foreground, so that the process we started is the process that serves. Silent, because its messages quote values.
const environment = {WG_PROCESS_FOREGROUND: '1', LOG_LEVEL: 'silent', GOTRACEBACK: 'none'};

export async function createUserspace(deps: DeviceDeps, name: InterfaceName): Promise<Result<TunnelDevice, Problem>> {
	const tun = await deps.tun();
	if (tun !== 'ready') return fail(noTun(tun));
	const started = await deps.start(['wireguard-go', '-f', name], environment);
	if (!started.ok) return fail(started.error === 'missing' ? noWireguard() : tunnelFailed('wireguard-go could not be started.'));
	const device = deviceOn(deps, name, started.value);
	const ready = await waitUntilReady(deps, name, started.value);
	if (ready.ok) return ok(device);
	await device.remove();
	return ready;
}

/** The link exists before the socket does (wireguard-go main.go), but only if it was made in our namespace. */
async function waitUntilReady(deps: DeviceDeps, name: InterfaceName, process: Process): Promise<Result<void, Problem>> {
	const until = deps.now() + readyWithinMs;
	const end: {status: number | string | null} = {status: null};
	void process.exited.then(status => {
		end.status = status;
	});
	for (;;) {
		const answer = await deps.uapi(name, getRequest);
		if (answer.ok) break;
		if (end.status !== null) {
			return fail(endedEarly(name, end.status, process.lastWords()));
		}
		if (deps.now() >= until) return fail(tunnelFailed(`wireguard-go did not serve ${name} within ${readyWithinMs / 1000} seconds.`));
		await deps.wait(5);
	}
	const standing = await readStanding(deps.run, name);
	if (!standing.ok) return standing;
	return standing.value === 'tunnel' ? ok(undefined) : fail(tunnelFailed(`wireguard-go runs, but there is no link ${name}.`));
}

function deviceOn(deps: DeviceDeps, name: InterfaceName, process: Process): TunnelDevice {
	const supervision = supervise(process);
	const removal: {promise: Promise<void> | null} = {promise: null};
	return {
		interface: name,
		implementation: 'wireguard-go',
		configure: async settings => {
			const answer = await deps.uapi(name, renderUapiSet(settings));
			if (!answer.ok) return fail(silent(name));
			const errno = parseUapiErrno(answer.value);
			return errno === 0 ? ok(undefined) : fail(tunnelFailed(`wireguard-go refused the settings for ${name} (errno ${errno ?? 'unknown'}).`, 'Check the server\'s file: keys, endpoint and AllowedIPs.'));
		},
		bringUp: async (addresses, mtu) => setUpLink(deps.run, {name, addresses, mtu, ipv6: await deps.ipv6(name)}),
		facts: async (): Promise<Result<WireguardFacts, Problem>> => {
			const answer = await deps.uapi(name, getRequest);
			const facts = answer.ok ? parseUapiGet(answer.value, deps.now()) : null;
			return facts === null ? fail(silent(name)) : ok(facts);
		},
		remove: () => (removal.promise ??= endProcess(deps, name, process, supervision)),
		onExit: listener => {
			supervision.onExit(listener);
		},
	};
}

/** It has no key yet, so what it says holds none. */
function endedEarly(name: InterfaceName, status: number | string, words: string): Problem {
	// A Go program needs some threads, and says so of none that it may not have.
	const tooFew = /new OS thread|newosproc|Resource temporarily unavailable/.test(words);
	return tunnelFailed(
		`wireguard-go ended (${status}) before ${name} existed${words === '' ? '' : `: ${words.replace(/\.$/, '')}`}.`,
		tooFew ? 'It may start too few threads: raise the limit, `--pids-limit 256`, in a compose file `pids_limit: 256`.' : `Run \`LOG_LEVEL=verbose wireguard-go -f ${name}\` in this network namespace to see why.`,
	);
}

const silent = (name: InterfaceName): Problem => tunnelFailed(`wireguard-go does not answer for ${name}.`);

async function endProcess(deps: DeviceDeps, name: InterfaceName, process: Process, supervision: Supervision): Promise<void> {
	await endSupervised(deps, process, supervision);
	await removeOwn(deps, name);
}
