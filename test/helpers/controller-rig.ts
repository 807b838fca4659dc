/** A controller on the fake kernel: an uplink with a gateway, servers that answer, an intent folder of its own. */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {noSecrets, type Secrets} from '../../src/config/secrets.ts';
import {createController, type Controller} from '../../src/controller/controller.ts';
import {exceptionsFile} from '../../src/controller/exceptions-file.ts';
import {keyRingFile} from '../../src/controller/key-ring-file.ts';
import {checklistFile} from '../../src/controller/checklist-file.ts';
import {serverRecordsFile} from '../../src/controller/server-records-file.ts';
import {intentFile, type IntentFile} from '../../src/controller/intent.ts';
import {journal} from '../../src/controller/journal.ts';
import type {Trial} from '../../src/controller/trial.ts';
import type {Devices, Route, TunnelDevice} from '../../src/kernel/kernel.ts';
import type {ResolvConf} from '../../src/kernel/resolv-conf.ts';
import {parseIp} from '../../src/net/address.ts';
import {ok} from '../../src/result.ts';
import {readAllServers, type ProviderSource} from '../../src/servers/provider-source.ts';
import type {ServerEntry} from '../../src/tunnel/tunnel.ts';
import {parseWireguardConf} from '../../src/tunnel/wireguard-conf.ts';
import {fakeKernel, type FakeKernel} from '../fakes/fake-kernel.ts';
import {manualClock, type ManualClock} from '../fakes/manual-clock.ts';
import {configFrom, ip, nic} from './situations.ts';

export interface Rig {
	readonly kernel: FakeKernel;
	readonly clock: ManualClock;
	readonly controller: Controller;
	readonly folder: string;
	/** Servers that do not answer, by id. */
	readonly silent: Set<string>;
	/** The lines of the journal so far. */
	readonly lines: () => readonly string[];
	/** Other servers in the folder from now on. */
	readonly put: (entries: readonly ServerEntry[]) => void;
	dispose(): Promise<void>;
}

const key = 'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=';
/** Each server has a key of its own, so that two tunnels can stand beside each other. */
const keyOf = (endpoint: string): string => Buffer.alloc(32, endpoint).toString('base64');
const confOf = (address: string, endpoint: string): string => `[Interface]\nPrivateKey = ${key}\nAddress = ${address}/32\nDNS = 10.64.1.1\n[Peer]\nPublicKey = ${keyOf(endpoint)}\nAllowedIPs = 0.0.0.0/0\nEndpoint = ${endpoint}:51820\nPersistentKeepalive = 25\n`;

const wellPointed: ResolvConf = {read: () => ({kind: 'names', nameservers: [ip('10.64.1.1')]}), point: () => ok(undefined)};

/** Two cities; their endpoints tell the fake device which one it talks to. */
const endpoints = {'ch-zrh-1': '192.0.2.10', 'se-sto-1': '198.51.100.10'} as const;

export function makeRig({kernel = fakeKernel(), folder = mkdtempSync(join(tmpdir(), 'vks-rig-')), settings = {}, resolv = wellPointed, secrets = noSecrets, more = [], only, provider = null, trialOf}: {kernel?: FakeKernel; folder?: string; settings?: Readonly<Record<string, string>>; resolv?: ResolvConf; secrets?: Secrets; more?: readonly ServerEntry[]; only?: readonly ServerEntry[]; provider?: ProviderSource | null; trialOf?: (clock: ManualClock) => Trial} = {}): Rig {
	const clock = manualClock(1_800_000_000_000);
	kernel.setClock(clock.monotonic);
	const silent = new Set<string>();
	putUplink(kernel);
	const config = configFrom({VKS_STATE_FOLDER: folder, VKS_EXIT_URL: 'off', VKS_SERVER: '', VKS_DRILL_EVERY: 'off', VKS_RTT_EVERY: 'off', ...settings});
	const quiet = {info: () => undefined, warn: () => undefined, error: () => undefined};
	const devices: Devices = {
		...kernel.devices,
		async createWireguard(name) {
			const made = await kernel.devices.createWireguard(name);
			return made.ok ? ok(answering(made.value, silent, clock)) : made;
		},
	};
	let folderServers = only ?? (provider === null ? Object.entries(endpoints) : []).map(([id, endpoint]) => serverEntry(id, endpoint)).concat(more);
	let writes = 0;
	const writing = new Set<Promise<unknown>>();
	const controller = createController({
		kernel: {...kernel, devices},
		config,
		secrets,
		clock,
		intent: whileTimeIsHeld(clock, intentFile(folder, join(folder, 'run')), writing),
		exceptionsFile: exceptionsFile(folder),
		serverRecordsFile: serverRecordsFile(folder),
		keyRingFile: keyRingFile(folder),
		checklistFile: checklistFile(folder),
		resolv,
		readServers: () => readAllServers(provider, async () => ok(folderServers)),
		stampServers: async () => String(writes),
		provider,
		journal: listener => journal(clock, quiet, listener),
		daemon: {version: '0', pid: 1, startedAtMs: clock.now()},
		...(trialOf === undefined ? {} : {trial: trialOf(clock)}),
	});
	return {
		kernel, clock, controller, folder, silent,
		lines: () => controller.recentJournal().map(({text}) => text),
		put(entries) {
			folderServers = entries;
			writes += 1;
		},
		async dispose() {
			await controller.stop();
			// A command that nobody waited for may still be writing: its file would make the folder again.
			while (writing.size > 0) await Promise.allSettled(writing);
			rmSync(folder, {recursive: true, force: true, maxRetries: 5});
		},
	};
}

/** The disk is a real one: sleeps that take no time must not make it late. What is being written stands in `writing` until it is. */
function whileTimeIsHeld(clock: ManualClock, file: IntentFile, writing: Set<Promise<unknown>>): IntentFile {
	const held = <T>(work: () => Promise<T>): Promise<T> => {
		const release = clock.holdTime();
		const written = work().finally(() => {
			release();
			writing.delete(written);
		});
		writing.add(written);
		return written;
	};
	return {...file, remember: target => held(() => file.remember(target)), standIn: target => held(() => file.standIn(target))};
}

export const defaultRoute: Route = {family: 4, table: 254, destination: null, kind: 'unicast', gateway: parseIp('172.30.7.1'), interface: nic('eth0'), metric: 0};

export function putUplink(kernel: FakeKernel, up = true): void {
	kernel.putLink({name: 'eth0', up, kind: 'veth', addresses: [{address: ip('172.30.7.2'), prefixLength: 24, scope: 'global'}]});
	if (up && !kernel.state.routes.some(route => route.interface === 'eth0')) kernel.state.routes = [...kernel.state.routes, defaultRoute];
}

/** Shakes hands at once and hears more with every look, unless the server it was pointed at is silent. */
function answering(device: TunnelDevice, silent: ReadonlySet<string>, clock: ManualClock): TunnelDevice {
	let rxBytes = 0;
	let talksTo = '';
	return {
		...device,
		configure(settings) {
			talksTo = Object.entries(endpoints).find(([, endpoint]) => settings.peer.endpoint.startsWith(endpoint))?.[0] ?? '';
			return device.configure(settings);
		},
		async facts() {
			const facts = await device.facts();
			if (!facts.ok || silent.has(talksTo)) return facts;
			rxBytes += 100;
			return ok({...facts.value, rxBytes, txBytes: rxBytes, handshakeAtMs: clock.now()});
		},
	};
}

export function serverEntry(id: string, endpoint: string): ServerEntry {
	const parsed = parseWireguardConf({id, file: `${id}.conf`, text: confOf(id.startsWith('se') ? '10.64.1.2' : '10.64.2.2', endpoint)});
	if (!parsed.ok) throw new Error(parsed.error.map(({what}) => what).join('\n'));
	return {ok: true, server: parsed.value};
}
