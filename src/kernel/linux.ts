/** Opens the door to the real kernel: this process's own network namespace, as it is when the door is opened. */
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import {openXdpGuard} from './af-xdp/guard.ts';
import {openXdpSockets} from './af-xdp/xdp-socket.ts';
import {connectTcp} from './connect/connect.ts';
import {exchange} from './connect/exchange.ts';
import {EPERM} from './ffi/errno.ts';
import {loadKoffi, type Koffi} from './ffi/koffi.ts';
import {openLibc, type Libc} from './ffi/libc.ts';
import {readForeignHooks} from './foreign/hooks.ts';
import type {Devices, Firewall, Generation, Kernel} from './kernel.ts';
import {NETLINK_NETFILTER, NETLINK_ROUTE, NETLINK_SOCK_DIAG, openNetlink, type NetlinkError, type NetlinkSocket} from './netlink/socket.ts';
import {endConnections} from './network/connections.ts';
import {forgetDeadNeighbour} from './network/neighbours.ts';
import {flushConntrack, forgetTracked} from './network/conntrack.ts';
import {adoptFlows, flushAllBut} from './network/door-flows.ts';
import {readLinks, readRawLinks} from './network/links.ts';
import {openRouting} from './network/routing.ts';
import {inProcessFirewall, type FirewallParts} from './nftables/in-process.ts';
import {openLibnftables, type Libnftables} from './nftables/libnftables.ts';
import {readGenerationId} from './nftables/reads.ts';
import {checkNft, openNft} from './nftables/nft-program.ts';
import {spawnedFirewall} from './nftables/spawned.ts';
import {openOwners} from './owners/owners.ts';
import {noNft, noPermission, problem} from './problems.ts';
import {openProbeCalls} from './probe/calls.ts';
import {openProbes} from './probe/probes.ts';
import {realDeps} from './devices-deps.ts';
import {startProxy} from './proxy.ts';
import {endProxies} from './proxy-leftovers.ts';
import {runProgram} from './program/program.ts';
import {openSysctl} from './sysctl.ts';
import {readSockets, readTracked} from './traffic/read.ts';
import {recentPids} from './watch/recent-pids.ts';
import {openWatch} from './watch/watch.ts';

export interface LinuxKernelOptions {
	/** `auto`: libnftables where it is installed, a spawned nft otherwise. */
	readonly backend: 'auto' | 'libnftables' | 'nft';
	readonly devices: Devices;
}

export async function openLinuxKernel({backend, devices}: LinuxKernelOptions): Promise<Result<Kernel, Problem>> {
	const koffi = await loadKoffi().catch(() => null);
	if (koffi === null) return fail(noKoffi);
	const libc = openLibc(koffi);
	// First, so that libnftables' socket gets our pid for a port id, by which others see who owns the tables.
	const library = backend === 'nft' ? null : openLibnftables(koffi, libc);
	const sockets = openSockets(libc);
	if (!sockets.ok) {
		library?.close();
		return sockets;
	}
	const opened = await assemble({koffi, libc, library, backend, devices, ...sockets.value});
	if (!opened.ok) {
		library?.close();
		sockets.value.netfilter.close();
		sockets.value.route.close();
	}
	return opened;
}

interface Sockets {
	readonly netfilter: NetlinkSocket;
	readonly route: NetlinkSocket;
}

function openSockets(libc: Libc): Result<Sockets, Problem> {
	const netfilter = openNetlink(libc, NETLINK_NETFILTER);
	if (!netfilter.ok) return fail(noNetlink(netfilter.error));
	const route = openNetlink(libc, NETLINK_ROUTE);
	if (route.ok) return ok({netfilter: netfilter.value, route: route.value});
	netfilter.value.close();
	return fail(noNetlink(route.error));
}

/** Asked once for each tunnel, so that a socket of its own is opened for the question. */
function withSocketTable<T>(libc: Libc, ask: (socket: NetlinkSocket) => Result<T, Problem>): Result<T, Problem> {
	const socket = openNetlink(libc, NETLINK_SOCK_DIAG);
	if (!socket.ok) return fail(noNetlink(socket.error));
	const answer = ask(socket.value);
	socket.value.close();
	return answer;
}

const noKoffi = problem('internal', 'The native module koffi could not be loaded, so the kernel cannot be spoken to.', 'Install the packages again on this machine (`npm ci`): koffi comes built for each platform.');

const noNetlink = ({text}: NetlinkError): Problem =>
	problem('internal', `A netlink socket could not be opened: ${text}.`, 'Allow AF_NETLINK in the sandbox or seccomp profile of this process.');

interface Opened extends Sockets, LinuxKernelOptions {
	readonly koffi: Koffi;
	readonly libc: Libc;
	readonly library: Libnftables | null;
}

async function assemble({koffi, libc, library, backend, devices, netfilter, route}: Opened): Promise<Result<Kernel, Problem>> {
	const generation = readGenerationId(netfilter);
	if (!generation.ok) return fail(refusal(generation.error));
	const lastCommit: {value: Generation | null} = {value: null};
	const children = recentPids();
	const firewall = await openFirewall(backend, library, libc, children.add, {
		reader: netfilter,
		liveLinks: () => linkNames(route),
		lastCommit: () => lastCommit.value,
	});
	if (!firewall.ok) return firewall;
	const ourPort = (): number => (typeof library?.fd === 'number' ? libc.portId(library.fd) : 0);
	const watch = openWatch({
		koffi,
		libc,
		links: () => readRawLinks(route),
		isOurs: port => children.has(port) || (ourPort() !== 0 && port === ourPort()),
		isOurRequest: port => port === route.portId,
		onCommit: commit => void (lastCommit.value = commit),
	});
	const owners = openOwners(libc);
	const xdp = openXdpGuard(openXdpSockets(koffi, libc));
	return ok({
		firewall: firewall.value,
		network: {
			...openRouting(route),
			links: () => readLinks(route),
			forgetDeadNeighbour: (address, link) => forgetDeadNeighbour(route, address, link),
			async flushConnections(spare) {
				const local = localAddresses(route);
				if (spare === undefined || !local.ok) return flushConntrack(netfilter);
				return flushAllBut(netfilter, spare, local.value);
			},
			adoptConnections(door, mark) {
				const local = localAddresses(route);
				if (!local.ok) return local;
				const sockets = withSocketTable(libc, readSockets);
				return sockets.ok ? adoptFlows(netfilter, {door, mark, local: local.value, sockets: sockets.value}) : sockets;
			},
			forgetConnections: async (addresses, which) => forgetTracked(netfilter, addresses, which),
			endConnections: addresses => withSocketTable(libc, socket => endConnections(socket, addresses)),
		},
		sysctl: openSysctl(),
		xdp,
		hooks: {read: (links, ours) => readForeignHooks({route, netfilter}, links, ours)},
		devices,
		probes: openProbes(koffi, libc),
		owners,
		traffic: {tracked: () => readTracked(netfilter), sockets: () => withSocketTable(libc, readSockets)},
		connect: (wish, signal) => connectTcp(libc, openProbeCalls(koffi), wish, signal),
		runProgram,
		startProxy: start => startProxy(realDeps, start),
		endProxies: uid => endProxies(realDeps, uid),
		exchange: (wish, signal) => exchange(libc, openProbeCalls(koffi), wish, signal),
		watch,
		close() {
			firewall.value.close();
			xdp.close();
			owners.close();
			netfilter.close();
			route.close();
		},
	});
}

/** Every nf_tables request needs NET_ADMIN; EINVAL means that no module took the message. */
function refusal({errno, text}: NetlinkError): Problem {
	if (errno === EPERM) return noPermission('The kernel does not let this process read its firewall');
	return problem('no-nft', `The kernel has no nf_tables: ${text}.`, 'Load the module on the host (`modprobe nf_tables`) or use a kernel that has it.');
}

function localAddresses(route: NetlinkSocket): Result<ReadonlySet<string>, Problem> {
	const links = readLinks(route);
	return links.ok ? ok(new Set(links.value.flatMap(({addresses}) => addresses.map(({address}) => address)))) : links;
}

function linkNames(route: NetlinkSocket): ReadonlySet<string> {
	const links = readRawLinks(route);
	// Nothing can be said to be covered while the links are unknown.
	return new Set(links.ok ? links.value.map(({name}) => name) : []);
}

async function openFirewall(
	backend: LinuxKernelOptions['backend'],
	library: Libnftables | null,
	libc: Libc,
	onChild: (pid: number) => void,
	parts: FirewallParts,
): Promise<Result<Firewall, Problem>> {
	if (library !== null) return ok(inProcessFirewall({nft: library, libc, spawnNft: () => openNft(onChild), ...parts}));
	if (backend === 'libnftables') return fail(noNft('The library libnftables.so.1 was not found.'));
	const nft = await openNft(onChild);
	const present = await checkNft(nft);
	return present.ok ? ok(spawnedFirewall(nft, parts)) : present;
}
