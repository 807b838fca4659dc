/** What a lab consists of: names, addresses and folders. Pure: everything follows from the lab's id. */
import {join} from 'node:path';
import {serverPlans, uplinks} from './plan.ts';
import type {Family, ServerName, ServerPlan} from './plan.ts';

export const namespaceRoles = ['client', 'isp', 'internet', 's1', 's2', 'lan', 'peer'] as const;
export type NamespaceRole = (typeof namespaceRoles)[number];

export interface LabOptions {
	/** Four characters of [a-z0-9]; random when absent. */
	readonly id?: string;
	readonly rpFilter?: 0 | 1 | 2;
	readonly srcValidMark?: 0 | 1;
	readonly lossPercent?: number;
	readonly delayMs?: number;
	readonly jitterMs?: number;
	/** Also OpenVPN servers, and the client's files for them. */
	readonly openvpn?: boolean;
	readonly signal?: AbortSignal;
}

export interface LabFolders {
	readonly state: string;
	/** The wg-quick and .ovpn files: one server each. */
	readonly servers: string;
	readonly run: string;
	readonly daemonState: string;
	readonly resolvConf: string;
	readonly processes: string;
	readonly logs: string;
}

export interface LabServer extends ServerPlan {
	readonly namespace: string;
	readonly interface: string;
	readonly publicKey: string;
}

export interface LabDescription {
	readonly version: 1;
	readonly id: string;
	readonly namespaces: Readonly<Record<NamespaceRole, string>>;
	readonly interfaces: {
		/** In the client. */
		readonly uplink: string;
		readonly secondUplink: string;
		/** What the daemon is told to call its tunnel. */
		readonly tunnel: string;
		/** In the isp: the client-facing ends, where the witness stands. */
		readonly observed: readonly string[];
	};
	readonly addresses: {
		readonly client: Family;
		readonly gateway: Family;
		readonly secondClient: Family;
		readonly secondGateway: Family;
		readonly peer: Family;
		readonly lan: Family;
		/** HTTP exit echo on 80, TCP and UDP echo on 7. */
		readonly internet: Family;
		readonly resolver: Family;
		/** A resolver nobody configured: asking it is a DNS leak. */
		readonly otherResolver: Family;
		/** What the exit echo shows when a packet goes out beside the tunnel. */
		readonly direct: Family;
	};
	readonly servers: readonly LabServer[];
	readonly exitUrl: string;
	readonly folders: LabFolders;
	readonly sysctls: {readonly rpFilter: 0 | 1 | 2; readonly srcValidMark: 0 | 1};
	readonly environment: Readonly<Record<string, string>>;
	/** Argument vectors; append a subcommand's own arguments to `vks`. */
	readonly commands: {
		readonly daemon: readonly string[];
		readonly vks: readonly string[];
		readonly console: readonly string[];
	};
}

export const labRoot = '/run/vks-lab';

export const namespaceName = (id: string, role: NamespaceRole): string => `vks-${id}-${role}`;

/** wireguard-go's control sockets are shared by every namespace, so every tunnel's name starts with the lab's own. */
export const tunnelPrefix = (id: string): string => `w${id}`;
export const serverInterface = (id: string, server: ServerName): string => `${tunnelPrefix(id)}${server}`;
export const clientInterface = (id: string): string => `${tunnelPrefix(id)}c`;

export const isLabId = (id: string): boolean => /^[a-z0-9]{4}$/.test(id);

export function foldersFor(id: string): LabFolders {
	const state = join(labRoot, id);
	return {
		state,
		servers: join(state, 'servers'),
		run: join(state, 'run'),
		daemonState: join(state, 'state'),
		resolvConf: join(state, 'resolv.conf'),
		processes: join(state, 'processes'),
		logs: join(state, 'logs'),
	};
}

export function namespacesFor(id: string): Record<NamespaceRole, string> {
	return {
		client: namespaceName(id, 'client'),
		isp: namespaceName(id, 'isp'),
		internet: namespaceName(id, 'internet'),
		s1: namespaceName(id, 's1'),
		s2: namespaceName(id, 's2'),
		lan: namespaceName(id, 'lan'),
		peer: namespaceName(id, 'peer'),
	};
}

/** `nsenter` and not `ip netns exec`: the latter remounts /sys, which breaks container engines started inside. */
export const insideNamespace = (namespace: string, argv: readonly string[]): readonly string[] => [
	'nsenter',
	`--net=/run/netns/${namespace}`,
	'--',
	...argv,
];

interface DescriptionInput {
	readonly id: string;
	readonly publicKeys: Readonly<Record<ServerName, string>>;
	readonly rpFilter: 0 | 1 | 2;
	readonly srcValidMark: 0 | 1;
	readonly node: string;
	readonly repository: string;
}

export function describeLab(input: DescriptionInput): LabDescription {
	const {id, publicKeys, rpFilter, srcValidMark, node, repository} = input;
	const namespaces = namespacesFor(id);
	const folders = foldersFor(id);
	const {addresses} = uplinks;
	const exitUrl = `http://${addresses.internet.ipv4}/`;
	const program = (name: string, ...rest: string[]) =>
		insideNamespace(namespaces.client, [node, join(repository, 'dist', name), ...rest]);
	return {
		version: 1,
		id,
		namespaces,
		interfaces: {
			uplink: 'eth0',
			secondUplink: 'eth1',
			tunnel: clientInterface(id),
			observed: [uplinks.first.port, uplinks.second.port],
		},
		addresses,
		servers: serverPlans.map(plan => ({
			...plan,
			namespace: namespaces[plan.name],
			interface: serverInterface(id, plan.name),
			publicKey: publicKeys[plan.name],
		})),
		exitUrl,
		folders,
		sysctls: {rpFilter, srcValidMark},
		environment: {
			VKS_TUNNEL_FOLDER: folders.servers,
			VKS_RUN_FOLDER: folders.run,
			VKS_STATE_FOLDER: folders.daemonState,
			VKS_RESOLV_CONF: folders.resolvConf,
			VKS_EXIT_URL: exitUrl,
			VKS_INTERFACE: clientInterface(id),
		},
		commands: {daemon: program('vks.js', 'run'), vks: program('vks.js'), console: program('vks-tui.js')},
	};
}
