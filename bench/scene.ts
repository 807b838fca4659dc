/** The ground a benchmark stands on: a lab of its own with the real daemon in it, taken down whatever happens. */
import {access} from 'node:fs/promises';
import {join} from 'node:path';
import type {Lab} from '../lab/lab.ts';
import {raiseLab} from '../lab/raise.ts';
import {repositoryFolder} from '../lab/program.ts';
import {isConnected, startDaemon, type Daemon} from '../test/helpers/daemon.ts';

export interface Scene {
	readonly lab: Lab;
	readonly daemon: Daemon;
}

export interface SceneOptions {
	readonly signal: AbortSignal;
	readonly environment?: Readonly<Record<string, string>>;
}

/** The server that gives addresses of both families. */
export const server = 'se-sto-1';
export const program = (name: 'vks.js' | 'vks-tui.js'): string => join(repositoryFolder, 'dist', name);

export async function withLab<T>({signal, openvpn = false}: Pick<SceneOptions, 'signal'> & {readonly openvpn?: boolean}, work: (lab: Lab) => Promise<T>): Promise<T> {
	const lab = await raiseLab({signal, openvpn});
	try {
		return await work(lab);
	} finally {
		await lab.down();
	}
}

/** The daemon is connected and proven when the work begins. */
export async function withScene<T>({signal, environment = {}}: SceneOptions, work: (scene: Scene) => Promise<T>): Promise<T> {
	await access(program('vks.js'));
	return withLab({signal}, async lab => {
		const daemon = await startDaemon(lab, {environment: {VKS_SERVER: server, ...environment}});
		try {
			await daemon.until('a proven connection', isConnected, 20_000);
			return await work({lab, daemon});
		} finally {
			await daemon.kill();
		}
	});
}
