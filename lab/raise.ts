/** Raises a lab: namespaces, links, servers, services. Whatever goes wrong or is interrupted on the way is taken down. */
import {randomInt} from 'node:crypto';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {ipBatch, loadRuleset, run, runIn} from './commands.ts';
import {renderServerFile, renderTunnelFile} from './config-folder.ts';
import type {LabKeys} from './config-folder.ts';
import {describeLab, foldersFor, isLabId, labRoot, namespaceRoles, namespacesFor, serverInterface} from './description.ts';
import type {LabDescription, LabFolders, LabOptions} from './description.ts';
import {takeDown} from './down.ts';
import {generateWireguardKeys} from './keys.ts';
import {labFor} from './lab.ts';
import type {Lab} from './lab.ts';
import {startOpenvpnServers} from './openvpn.ts';
import {serverPlans, tunnelPlans, uplinks} from './plan.ts';
import type {ServerPlan} from './plan.ts';
import {isAlive, readRecords, startProcess, stopProcesses, waitUntil} from './processes.ts';
import {nodeExecutable, repositoryFolder} from './program.ts';
import {ispRuleset, serverRuleset} from './rulesets.ts';
import {serve} from './serve.ts';
import {addressLinesFor, linkLines, namespaceLines, sysctlsFor, tunnelLines} from './topology.ts';
import {changeWeather} from './weather.ts';
import {isServed} from './wireguard-socket.ts';
import {witnessRuleset} from './witness/rules.ts';

export async function raiseLab(options: LabOptions = {}): Promise<Lab> {
	const id = claimId(options.id);
	try {
		const description = await build(id, options);
		return labFor(description);
	} catch (error) {
		await takeDown(id);
		throw error;
	}
}

/** Making the folder is what claims the name: two labs raised at once never share one. */
function claimId(wanted: string | undefined): string {
	if (wanted !== undefined && !isLabId(wanted)) throw new Error(`a lab's id is four of a-z and 0-9, not ${JSON.stringify(wanted)}`);
	mkdirSync(labRoot, {recursive: true});
	for (let attempt = 0; attempt < 50; attempt += 1) {
		const id = wanted ?? randomInt(36 ** 4).toString(36).padStart(4, '0');
		try {
			mkdirSync(join(labRoot, id), {mode: 0o755});
			return id;
		} catch (error) {
			if (wanted !== undefined || !(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
				throw new Error(`a lab called ${id} is already there: take it down first`, {cause: error});
			}
		}
	}
	throw new Error(`no free name for a lab in ${labRoot}`);
}

async function build(id: string, options: LabOptions): Promise<LabDescription> {
	const {rpFilter = 0, srcValidMark = 1, signal} = options;
	const folders = foldersFor(id);
	const namespaces = namespacesFor(id);
	const keys = generateKeys();
	writeFolders(folders, keys);

	signal?.throwIfAborted();
	await ipBatch(null, namespaceLines(namespaces));
	const services = [serve({folders, namespaces}, 'internet'), serve({folders, namespaces}, 'lan')];
	const servers = serverPlans.map(plan => startServer(id, plan, folders));
	const starting = Promise.allSettled([...services, ...servers]);
	try {
		await Promise.all(
			namespaceRoles.map(role =>
				runIn(namespaces[role], ['sysctl', '-q', ...sysctlsFor(role, {rpFilter, srcValidMark}).flatMap(line => ['-w', line])]),
			),
		);
		signal?.throwIfAborted();
		await ipBatch(namespaces.isp, linkLines(namespaces));
		await Promise.all([
			...namespaceRoles.map(role => ipBatch(namespaces[role], addressLinesFor[role])),
			loadRuleset(namespaces.isp, `${ispRuleset}${witnessRuleset}`),
			...serverPlans.map(plan => loadRuleset(namespaces[plan.name], serverRuleset(id, plan))),
		]);
		signal?.throwIfAborted();
		await Promise.all([...services, ...servers]);
		signal?.throwIfAborted();
		if (options.openvpn === true) await startOpenvpnServers(id, folders);
		signal?.throwIfAborted();
	} catch (error) {
		// Nothing may still be starting while the lab is taken down.
		await stopProcesses(readRecords(folders.processes), 'SIGKILL');
		await starting;
		throw error;
	}

	const description = describeLab({
		id,
		publicKeys: {s1: keys.servers.s1.publicKey, s2: keys.servers.s2.publicKey},
		rpFilter,
		srcValidMark,
		node: nodeExecutable(),
		repository: repositoryFolder,
	});
	writeFileSync(join(folders.state, 'description.json'), `${JSON.stringify(description, null, '\t')}\n`);
	const {lossPercent = 0, delayMs = 0, jitterMs = 0} = options;
	if (lossPercent + delayMs + jitterMs > 0) await changeWeather(description, {lossPercent, delayMs, jitterMs});
	return description;
}

const generateKeys = (): LabKeys => ({
	servers: {s1: generateWireguardKeys(), s2: generateWireguardKeys()},
	clients: {a: generateWireguardKeys(), b: generateWireguardKeys(), c: generateWireguardKeys()},
});

const serverFile = (folders: LabFolders, {name}: ServerPlan): string => join(folders.state, `${name}.conf`);

function writeFolders(folders: LabFolders, keys: LabKeys): void {
	for (const folder of [folders.servers, folders.run, folders.daemonState, folders.processes, folders.logs]) {
		mkdirSync(folder, {mode: 0o700});
	}
	for (const plan of tunnelPlans) {
		writeFileSync(join(folders.servers, plan.file), renderTunnelFile(plan, keys), {mode: 0o600});
	}
	for (const plan of serverPlans) {
		writeFileSync(serverFile(folders, plan), renderServerFile(plan.name, keys), {mode: 0o600});
	}
	writeFileSync(folders.resolvConf, `nameserver ${uplinks.addresses.resolver.ipv4}\n`);
}

/** Kernel WireGuard where there is one, wireguard-go elsewhere. */
async function startServer(id: string, plan: ServerPlan, folders: LabFolders): Promise<void> {
	const device = serverInterface(id, plan.name);
	const namespace = namespacesFor(id)[plan.name];
	const link = ['ip', '-n', namespace, 'link', 'add', device, 'type', 'wireguard'];
	const {exitCode} = await run(link, {mustSucceed: false});
	if (exitCode !== 0) {
		const server = startProcess({
			name: `wireguard-${plan.name}`,
			namespace,
			argv: ['wireguard-go', '-f', device],
			folders,
			environment: {WG_PROCESS_FOREGROUND: '1', LOG_LEVEL: 'error'},
		});
		const isUp = await waitUntil(async () => (await isServed(device)) || !isAlive(server));
		if (!isUp || !isAlive(server)) throw new Error(`wireguard-go did not start for ${device}: ${readFileSync(join(folders.logs, `wireguard-${plan.name}.log`), 'utf8')}`);
	}
	await runIn(namespace, ['wg', 'setconf', device, serverFile(folders, plan)]);
	await ipBatch(namespace, tunnelLines(id, plan));
}
