/** What the console can see for itself when no daemon answers: whether there is anything to connect to, and who we are. */
import {existsSync, statSync} from 'node:fs';
import {readdir} from 'node:fs/promises';
import {dirname} from 'node:path';
import {settings} from '../config/settings.ts';
import {isServerFile} from '../servers/server-file.ts';

export interface Surroundings {
	readonly uid: number;
	readonly inContainer: boolean;
	readonly tunnels: TunnelFolder & {readonly folder: string};
	/** Who owns the socket, or what can be seen of the way to it. */
	readonly owner: number | null;
}

interface TunnelFolder {
	readonly found: 'missing' | 'hidden' | 'read';
	readonly files: number;
}

interface Where {
	readonly socketPath: string;
	readonly uid: number;
	readonly environment: Readonly<Record<string, string | undefined>>;
}

export async function lookAround({socketPath, uid, environment}: Where): Promise<Surroundings> {
	const folder = environment[settings.tunnelFolder.name] || settings.tunnelFolder.default;
	return {
		uid,
		inContainer: existsSync('/.dockerenv') || existsSync('/run/.containerenv'),
		tunnels: {folder, ...(await serverFiles(folder))},
		owner: ownerOf(socketPath) ?? ownerOf(dirname(socketPath)),
	};
}

async function serverFiles(folder: string): Promise<TunnelFolder> {
	try {
		const names = await readdir(folder);
		return {found: 'read', files: names.filter(isServerFile).length};
	} catch (error) {
		return {found: error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'missing' : 'hidden', files: 0};
	}
}

function ownerOf(path: string): number | null {
	try {
		return statSync(path).uid;
	} catch {
		return null;
	}
}
