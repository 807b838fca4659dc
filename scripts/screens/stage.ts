/** Where the walk takes place: a lab, the daemon in it, and a console in a terminal. */
import {readdirSync, renameSync} from 'node:fs';
import type {Lab} from '../../lab/lab.ts';
import {nodeExecutable} from '../../lab/program.ts';
import {raiseLab} from '../../lab/raise.ts';
import {takeDown} from '../../lab/down.ts';
import {isConnected, startDaemon, type Daemon} from '../../test/helpers/daemon.ts';
import {openScreen, type Screen, type Size} from './screen.ts';

/** Fixed, because it is part of the tunnel's name: another run's screens differ in less. */
export const tourId = 'tour';
export const wide: Size = {columns: 120, rows: 40};
export const narrow: Size = {columns: 80, rows: 24};

export interface Stage {
	readonly lab: Lab;
	daemon: Daemon | null;
	screen: Screen;
	/** Puts the folder of tunnels back. */
	showServers: (() => void) | null;
	/** The folder that `e` wrote. */
	evidence(): string;
}

export async function raiseStage(): Promise<Stage> {
	await takeDown(tourId);
	const lab = await raiseLab({id: tourId});
	const evidence = (): string => readdirSync(lab.description.folders.state).find(name => name.startsWith('vks-evidence-')) ?? 'none';
	return {lab, daemon: null, screen: openConsole(lab), showServers: null, evidence};
}

/** What the console writes lands beside the lab's own files, and goes with them. */
export const openConsole = (lab: Lab, more: readonly string[] = []): Screen =>
	openScreen({
		argv: [...lab.description.commands.console, ...more],
		folder: lab.description.folders.state,
		size: wide,
		environment: {...lab.description.environment, LANG: 'C.UTF-8', TZ: 'UTC', TERM: 'xterm-256color'},
	});

export async function startTour(stage: Stage): Promise<Daemon> {
	const daemon = await startDaemon(stage.lab, {environment: {VKS_LATENCY: 'yes', VKS_SERVER: 'se-sto-1'}});
	stage.daemon = daemon;
	return daemon;
}

export const connected = (daemon: Daemon): Promise<unknown> => daemon.until('connected and proven, with its exit', snapshot => isConnected(snapshot) && (snapshot.tunnel?.exit ?? null) !== null);

/** The folder of tunnel files as somebody has it who has just begun. */
export function hideServers({lab}: Stage): () => void {
	const {servers} = lab.description.folders;
	renameSync(servers, `${servers}.away`);
	return () => renameSync(`${servers}.away`, servers);
}

/** A user's program that wants to reach something outside the tunnel. */
export const knock = ({lab}: Stage, host: string, port: number): Promise<unknown> =>
	lab.exec('client', ['setpriv', '--reuid', '65534', '--clear-groups', nodeExecutable(), '-e', `require('node:net').connect({host: '${host}', port: ${port}, timeout: 500}).on('error', () => undefined).on('timeout', function () { this.destroy(); }).on('connect', function () { this.destroy(); });`]);

export async function endStage(stage: Stage): Promise<void> {
	await stage.screen.close().catch(() => undefined);
	await stage.daemon?.stop();
	await stage.lab.down();
}
