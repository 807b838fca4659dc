/** The doctor's edge: reads what the checks look at, and changes nothing. */
import {accessSync, constants, readFileSync, statfsSync, statSync} from 'node:fs';
import {refusedToWrite} from '../access.ts';
import {loadConfig} from '../config/load.ts';
import {takeSecrets} from '../config/secrets.ts';
import type {Environment} from '../config/settings.ts';
import type {Snapshot} from '../control/schema.ts';
import {realDeps} from '../kernel/devices-deps.ts';
import {linuxDevices} from '../kernel/devices.ts';
import {systemHome, type Home} from '../kernel/home.ts';
import {openLinuxKernel} from '../kernel/linux.ts';
import {isHostNetwork} from '../kernel/namespace.ts';
import {keptCopyIn, parseNameservers} from '../kernel/resolv-conf.ts';
import {openSysctl} from '../kernel/sysctl.ts';
import type {Problem} from '../problem.ts';
import {ok, type Result} from '../result.ts';
import {readServerFolder} from '../servers/folder.ts';
import {readSmallFile} from '../small-file.ts';
import type {ServerEntry} from '../tunnel/tunnel.ts';
import {askDocker, ownIdIn} from './docker.ts';
import type {Facts, KernelFacts, ServerFact} from './facts.ts';

export interface GatherInput {
	readonly env: Environment;
	readonly nowMs: number;
	readonly daemon: Result<Snapshot, Problem>;
	/** The container engine's socket, where it was named. */
	readonly dockerSocket: string | null;
}

export async function gather({env, nowMs, daemon, dockerSocket}: GatherInput): Promise<Facts> {
	const config = loadConfig({env, stillBlocking: 'unknown'});
	const secrets = config.ok ? takeSecrets({env, config: config.value}) : null;
	const sysctl = openSysctl();
	const isThere = async (name: string): Promise<boolean> => (await realDeps.findProgram(name)) !== null;
	const [tun, nft, wg, wireguardGo, openvpn, kernel, servers, docker] = await Promise.all([
		realDeps.tun(), isThere('nft'), isThere('wg'), isThere('wireguard-go'), isThere('openvpn'), readKernel(),
		config.ok && config.value.attach === null ? readServerFolder(config.value.tunnelFolder) : null,
		askDocker(dockerSocket, ownIdIn(textOf('/proc/self/mountinfo') ?? '')),
	]);
	return {
		nowMs,
		builtMs: attempt(() => statSync(process.argv[1] ?? '').mtimeMs),
		capabilities: capabilitiesIn(textOf('/proc/self/status') ?? ''),
		hostNetwork: isHostNetwork(),
		tun,
		release: textOf('/proc/sys/kernel/osrelease')?.trim() ?? null,
		programs: {nft, wg, 'wireguard-go': wireguardGo, openvpn},
		kernel,
		legacyTables: [...tablesIn('/proc/net/ip_tables_names', ''), ...tablesIn('/proc/net/ip6_tables_names', 'ip6 ')],
		sysctl: sysctl.read,
		sysctlsWritable: mayWrite('/proc/sys/net/ipv4/conf/all/src_valid_mark'),
		config,
		secretProblems: secrets === null || secrets.ok ? [] : secrets.error,
		servers: servers === null ? null : servers.ok ? ok(servers.value.map(serverFact)) : servers,
		resolvConf: config.ok ? resolvFacts(config.value.resolvConf, config.value.stateFolder) : null,
		stateEnds: config.ok ? stateEnds(systemHome(env).kind, config.value.stateFolder) : null,
		stateFolder: config.ok ? unwritable(config.value.stateFolder) : null,
		daemon,
		docker,
	};
}

/** Reads and lets go: no table, rule or link is touched. */
async function readKernel(): Promise<Result<KernelFacts, Problem>> {
	const kernel = await openLinuxKernel({backend: 'auto', devices: linuxDevices()});
	if (!kernel.ok) return kernel;
	try {
		const links = kernel.value.network.links();
		if (!links.ok) return links;
		const tables = (['vks', 'vks_boot'] as const).filter(name => {
			const header = kernel.value.firewall.header('inet', name);
			return header.ok && header.value.kind === 'present';
		});
		return ok({links: links.value, tables});
	} finally {
		kernel.value.close();
	}
}

function resolvFacts(path: string, stateFolder: string): Facts['resolvConf'] {
	const text = attempt(() => readSmallFile(path));
	return {path, nameservers: text === null ? null : parseNameservers(text), writable: mayWrite(path), refused: refusedToWrite(path), keptFromBefore: attempt(() => statSync(keptCopyIn(stateFolder))) !== null};
}

/** TMPFS_MAGIC (linux/magic.h). */
const tmpfs = 0x0102_1994;

/** The root of an LXC or nspawn container lives as long as it is not removed on purpose; an engine's goes with each new image. */
export function stateEnds(kind: Home['kind'], folder: string, root = '/'): Facts['stateEnds'] {
	if (kind !== 'docker' && kind !== 'podman' && kind !== 'other') return null;
	return attempt(() => (statfsSync(folder).type === tmpfs ? 'tmpfs' : statSync(folder).dev === statSync(root).dev ? 'root' : null));
}

const unwritable = (path: string): Facts['stateFolder'] => (mayWrite(path) || attempt(() => statSync(path)) === null ? null : {path, refused: refusedToWrite(path)});

const serverFact = (entry: ServerEntry): ServerFact =>
	(entry.ok ? {id: entry.server.id, kind: entry.server.kind === 'wireguard' || entry.server.kind === 'openvpn' ? entry.server.kind : 'other', problem: null} : {id: entry.id, kind: 'other', problem: entry.problem});

export function capabilitiesIn(status: string): bigint | null {
	const [, hex] = /^CapEff:\s*([0-9a-f]{1,16})$/m.exec(status) ?? [];
	return hex === undefined ? null : BigInt(`0x${hex}`);
}

/** Without the module, or without the right to read it, there is no such file. */
const tablesIn = (path: string, prefix: string): readonly string[] => (textOf(path) ?? '').split('\n').filter(name => name !== '').map(name => `${prefix}${name}`);

const textOf = (path: string): string | null => attempt(() => readFileSync(path, 'utf8'));
const mayWrite = (path: string): boolean => attempt(() => (accessSync(path, constants.W_OK), true)) ?? false;

function attempt<T>(action: () => T): T | null {
	try {
		return action();
	} catch {
		return null;
	}
}
