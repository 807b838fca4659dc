/** Takes labs down from any process, whole or half raised, as often as one likes. */
import {existsSync, readdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {run} from './commands.ts';
import {foldersFor, isLabId, labRoot, namespacesFor, tunnelPrefix} from './description.ts';
import {unmountBelow} from './mounts.ts';
import {processesInside, readRecords, stopProcesses} from './processes.ts';
import {socketFolder} from './wireguard-socket.ts';

const namespaceFolder = '/run/netns';

const readFolder = (path: string): readonly string[] => (existsSync(path) ? readdirSync(path) : []);

/** Labs that left a folder or a namespace. */
export function readLabIds(): readonly string[] {
	const named = readFolder(namespaceFolder).flatMap(name => /^vks-([a-z0-9]{4})-(?:client|isp|internet|s1|s2|lan|peer)$/.exec(name)?.[1] ?? []);
	return [...new Set([...readFolder(labRoot).filter(isLabId), ...named])].toSorted();
}

export async function takeDown(id: string): Promise<void> {
	if (!isLabId(id)) throw new Error(`no lab is called ${JSON.stringify(id)}`);
	const folders = foldersFor(id);
	const namespaces = Object.values(namespacesFor(id)).filter(name => existsSync(`${namespaceFolder}/${name}`));
	await stopProcesses([...readRecords(folders.processes), ...processesInside(namespaces)]);
	if (namespaces.length > 0) await deleteNamespaces(namespaces);
	// A killed wireguard-go leaves its socket.
	for (const file of readFolder(socketFolder)) {
		if (file.startsWith(tunnelPrefix(id))) rmSync(join(socketFolder, file), {force: true});
	}
	await unmountBelow(folders.state);
	rmSync(folders.state, {recursive: true, force: true});
}

async function deleteNamespaces(names: readonly string[]): Promise<void> {
	// Whatever was started while the first look was going on.
	await stopProcesses(processesInside(names), 'SIGKILL');
	// Forced, so that another `down` at the same time does not stop this one half way.
	const input = names.map(name => `netns delete ${name}\n`).join('');
	const {stderr} = await run(['ip', '-force', '-batch', '-'], {input, mustSucceed: false});
	const left = names.filter(name => existsSync(`${namespaceFolder}/${name}`));
	if (left.length > 0) throw new Error(`these namespaces would not go: ${left.join(' ')}\n${stderr}`);
}

export async function takeAllDown(): Promise<readonly string[]> {
	const ids = readLabIds();
	for (const id of ids) await takeDown(id);
	return ids;
}
