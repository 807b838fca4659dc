/**
 * Records what the real daemon tells its clients in the states an operator meets, for the console's tests. Run by hand, as
 * root, after a build: `node test/helpers/record-snapshots.ts`; with numbers, only those scenes. Only the lab's folders are
 * renamed, to the usual ones.
 */
import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Lab} from '../../lab/lab.ts';
import {raiseLab} from '../../lab/raise.ts';
import type {Command, DropView, JournalEntry, Snapshot} from '../../src/control/schema.ts';
import {isConnected, openControl, startDaemon, type Daemon} from './daemon.ts';

const folder = join(import.meta.dirname, '../fixtures/snapshots');
const [dropsKept, journalKept] = [40, 60];

interface Stage {
	readonly lab: Lab;
	readonly daemon: Daemon;
	/** Writes the newest reading that was good; waits for one. */
	keep(name: string, good: (snapshot: Snapshot) => boolean, withinMs?: number): Promise<void>;
	order(command: Command): Promise<unknown>;
}

interface Scene {
	readonly environment: Readonly<Record<string, string>>;
	readonly prepare?: (lab: Lab) => void;
	readonly play: (stage: Stage) => Promise<void>;
}

/** Asked more often than it is by default, so that a minute has a history. */
const server = {VKS_SERVER: 'se-sto-1', VKS_RTT_EVERY: '2s'};
const isKind = (...kinds: ReadonlyArray<Snapshot['state']['kind']>) => ({state}: Snapshot): boolean => kinds.includes(state.kind);

function changeServer(lab: Lab, name: string, change: (text: string) => string, to = name): void {
	const {servers} = lab.description.folders;
	writeFileSync(join(servers, `${to}.conf`), change(readFileSync(join(servers, `${name}.conf`), 'utf8')), {mode: 0o600});
}

/** One that cannot be used, and one with a hook. */
function faultyServers(lab: Lab): void {
	writeFileSync(join(lab.description.folders.servers, 'nl-ams-2.conf'), '# City = Amsterdam\n# Country = NL\n\n[Interface]\nPrivateKey = not a key\n', {mode: 0o600});
	changeServer(lab, 'se-sto-1', text => text.replace('[Peer]', 'PostUp = iptables -F\n\n[Peer]'), 'se-sto-2');
}

const scenes: readonly Scene[] = [
	{
		environment: {...server, VKS_INBOUND_PORTS: '8080/tcp'},
		prepare: faultyServers,
		async play({lab, daemon, keep, order}) {
			await keep('connecting', isKind('connecting', 'verifying'));
			await daemon.until('connected', isConnected);
			lab.traffic();
			await sleep(18_000);
			await lab.exec('lan', ['timeout', '2', 'bash', '-c', `</dev/tcp/${lab.description.addresses.client.ipv4}/22`]);
			await keep('connected', isConnected);
			const switching = keep('switching', isKind('switching'));
			await Promise.all([switching, order({do: 'switch', server: 'ch-zrh-1'})]);
			await daemon.until('switched', isConnected);
			await order({do: 'switch', server: 'se-sto-1'});
			await daemon.until('back', isConnected);
			await order({do: 'lockdown', reason: 'from the console'});
			await sleep(6000);
			await keep('lockdown', isKind('lockdown'));
			await order({do: 'lift', word: 'lift'});
			await daemon.until('lifted', isConnected);
			await lab.blackhole('s1');
			await keep('degraded', isKind('degraded'), 240_000);
			await keep('blocked-no-handshake', ({state}) => state.kind === 'blocked' && state.cause === 'no-handshake', 90_000);
			await lab.restore('s1');
			await daemon.until('answered again', isConnected, 90_000);
			await sleep(5000);
			await keep('reconnected', isConnected);
			await lab.uplinkDown();
			await keep('blocked-no-uplink', ({state}) => state.kind === 'blocked' && state.cause === 'no-uplink');
		},
	},
	{
		environment: {...server, VKS_FIREWALL_BACKEND: 'nft'},
		async play({lab, daemon, keep}) {
			await daemon.until('connected', isConnected);
			lab.traffic();
			await sleep(3000);
			await lab.exec('client', ['nft', 'flush', 'table', 'inet', 'vks'], {mustSucceed: true});
			await daemon.until('repaired', snapshot => snapshot.tamper.count > 0 && isConnected(snapshot));
			// The repair is faster than the next reading: nobody is ever sent the drift itself.
			await sleep(2000);
			await keep('repaired', isConnected);
		},
	},
	{
		environment: {...server, NETWORK: '93.184.0.0/16', VKS_ALLOW_UNSAFE_NETWORK: 'yes-i-know'},
		async play({daemon, keep}) {
			await daemon.until('connected', isConnected);
			await sleep(2000);
			await keep('unsafe-network', isConnected);
		},
	},
	{
		environment: server,
		async play({lab, daemon, keep, order}) {
			await daemon.until('connected', isConnected);
			// After the drill that every connection brings.
			await daemon.until('tested', ({lastDrill}) => lastDrill !== null);
			lab.traffic();
			await order({do: 'allow', protocol: 'tcp', range: `${lab.description.addresses.peer.ipv4}/32`, port: 5432, direction: 'out', uid: 1000, seconds: 900, by: 'anna', reason: 'restore the database'});
			await order({do: 'drill'});
			await sleep(5000);
			await keep('excepted', snapshot => isConnected(snapshot) && snapshot.exceptions.length > 0);
		},
	},
	{
		environment: {...server, VKS_LATENCY: 'yes'},
		prepare(lab) {
			faultyServers(lab);
			Object.entries({'se-sto-1': 100, 'ch-zrh-1': 41, 'ch-zrh-2': 12}).forEach(([name, load]) => changeServer(lab, name, text => `# Load = ${load}\n${text}`));
		},
		async play({lab, daemon, keep, order}) {
			await daemon.until('connected', isConnected);
			lab.traffic();
			for (const name of ['ch-zrh-1', 'se-sto-1']) await order({do: 'switch', server: name});
			for (const name of ['ch-zrh-2', 'se-sto-1']) await order({do: 'favourite', server: name, on: true});
			await lab.blackhole('s2');
			await order({do: 'switch', server: 'ch-zrh-2'});
			await lab.restore('s2');
			await lab.exec('s1', ['sysctl', '-qw', 'net.ipv6.icmp.echo_ignore_all=1'], {mustSucceed: true});
			await daemon.until('back', isConnected);
			// Not the one that is connected to: the tunnel tells of it by itself.
			await order({do: 'measure', servers: ['ch-zrh-1', 'ch-zrh-2', 'se-sto-1-v6']});
			await sleep(6000);
			await keep('known', isConnected);
		},
	},
	{
		environment: {},
		prepare: lab => ['se-sto-1', 'se-sto-1-v6', 'ch-zrh-1', 'ch-zrh-2'].forEach(name => rmSync(join(lab.description.folders.servers, `${name}.conf`))),
		play: ({keep}) => keep('no-server', ({state}) => state.cause === 'no-server'),
	},
];

async function record({environment, prepare, play}: Scene): Promise<void> {
	const lab = await raiseLab();
	try {
		prepare?.(lab);
		// The name it has in a container; the labs' own are for many side by side.
		const daemon = await startDaemon(lab, {environment: {...environment, VKS_INTERFACE: 'wg0'}});
		const {stage, close} = await follow(lab, daemon);
		await play(stage);
		close();
		await daemon.stop();
	} finally {
		await lab.down();
	}
}

async function follow(lab: Lab, daemon: Daemon): Promise<{readonly stage: Stage; readonly close: () => void}> {
	const client = await openControl(lab);
	const drops: DropView[] = [];
	const journal: JournalEntry[] = [];
	await client.subscribe(['drops', 'journal'], update => {
		if (update.type === 'drops') drops.push(...update.records);
		if (update.type === 'journal') journal.push(...update.entries);
	});
	const stage: Stage = {
		lab, daemon,
		order: command => client.command(command),
		async keep(name, good, withinMs) {
			const snapshot = await daemon.until(name, good, withinMs);
			const text = render({snapshot, drops: drops.filter(({atMs}) => atMs <= snapshot.atMs).slice(-dropsKept), journal: journal.filter(({atMs}) => atMs <= snapshot.atMs).slice(-journalKept)});
			writeFileSync(join(folder, `${name}.json`), withUsualFolders(text, lab));
			process.stdout.write(`recorded: ${name}\n`);
		},
	};
	return {stage, close: () => client.close()};
}

function withUsualFolders(text: string, lab: Lab): string {
	const {servers, run, daemonState, resolvConf} = lab.description.folders;
	return [[servers, '/etc/vks/tunnels'], [run, '/run/vks'], [daemonState, '/var/lib/vks'], [resolvConf, '/etc/resolv.conf']].reduce((changed, [from = '', to = '']) => changed.replaceAll(from, to), text);
}

/** One line for a rule, a drop or an entry: the file can be read, and a new recording compared with the old. */
function render({snapshot, drops, journal}: {readonly snapshot: Snapshot; readonly drops: readonly DropView[]; readonly journal: readonly JournalEntry[]}): string {
	const list = (values: readonly unknown[], indent: string): string => (values.length === 0 ? '[]' : `[\n${values.map(value => `${indent}\t${JSON.stringify(value)}`).join(',\n')}\n${indent}]`);
	const parts = Object.entries(snapshot).map(([key, value]) => `\t\t${JSON.stringify(key)}: ${Array.isArray(value) ? list(value, '\t\t') : JSON.stringify(value)}`);
	return `{\n\t"snapshot": {\n${parts.join(',\n')}\n\t},\n\t"drops": ${list(drops, '\t')},\n\t"journal": ${list(journal, '\t')}\n}\n`;
}

if (import.meta.main) {
	// Waiting for a process to end keeps nothing alive by itself.
	const alive = setInterval(() => undefined, 60_000);
	const wanted = process.argv.slice(2).map(Number);
	for (const [index, scene] of scenes.entries()) if (wanted.length === 0 || wanted.includes(index)) await record(scene);
	clearInterval(alive);
}
