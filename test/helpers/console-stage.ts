/** A lab with the real daemon in it, and consoles opened on it in real terminals; all of it is gone when a test file ends. */
import {readFileSync} from 'node:fs';
import {afterAll, afterEach, beforeAll} from 'vitest';
import type {Lab} from '../../lab/lab.ts';
import {waitUntil} from '../../lab/processes.ts';
import {raiseLab} from '../../lab/raise.ts';
import {isConnected, startDaemon, type Daemon} from './daemon.ts';
import {openTerminal, type TerminalSession} from './terminal.ts';

export interface ConsoleOptions {
	readonly columns?: number;
	readonly rows?: number;
	readonly environment?: Readonly<Record<string, string>>;
	readonly more?: readonly string[];
	/** What stands before the console's own command line. */
	readonly through?: readonly string[];
}

export interface ConsoleStage {
	lab(): Lab;
	daemon(): Daemon;
	/** Another daemon takes the place of one that a test ended. */
	restart(): Promise<void>;
	/** The console's command line, as an operator would give it. */
	command(): readonly string[];
	open(options?: ConsoleOptions): TerminalSession;
	/** Any program in a terminal, with the lab's environment. */
	run(argv: readonly string[], options?: ConsoleOptions): TerminalSession;
	connected(): Promise<unknown>;
}

/** Call it once at the top of a test file. */
export function consoleStage(environment: Readonly<Record<string, string>> = {}): ConsoleStage {
	const stage: {lab?: Lab; daemon?: Daemon} = {};
	const sessions: TerminalSession[] = [];
	const lab = (): Lab => {
		if (stage.lab === undefined) throw new Error('the stage was not set');
		return stage.lab;
	};
	const daemon = (): Daemon => {
		if (stage.daemon === undefined) throw new Error('the stage was not set');
		return stage.daemon;
	};

	beforeAll(async () => {
		stage.lab = await raiseLab();
		stage.daemon = await startDaemon(stage.lab, {environment});
		await stage.daemon.until('connected and proven', isConnected);
	});
	afterEach(async () => {
		for (const session of sessions.splice(0)) {
			session.kill('SIGKILL');
			await session.exited;
		}
	});
	afterAll(async () => {
		await stage.daemon?.stop();
		await stage.lab?.down();
	});

	const run: ConsoleStage['run'] = (argv, {columns = 80, rows = 24, environment: own = {}} = {}) => {
		const session = openTerminal(argv, {columns, rows, environment: {...lab().description.environment, ...own}});
		sessions.push(session);
		return session;
	};
	return {
		lab,
		daemon,
		run,
		async restart() {
			stage.daemon = await startDaemon(lab(), {environment});
		},
		command: () => lab().description.commands.console,
		open: (options = {}) => run([...(options.through ?? []), ...lab().description.commands.console, ...(options.more ?? [])], options),
		connected: () => daemon().until('connected again', isConnected),
	};
}

export const shows = (...words: readonly string[]) => (screen: string): boolean => words.every(word => screen.includes(word));

/** A dialog is deaf for its first 300 ms, so that a key held down cannot answer it: press again until it hears. */
export async function insist(session: TerminalSession, key: string, what: string, good: (screen: string) => boolean, deadlineMs?: number): Promise<void> {
	let timer: NodeJS.Timeout | undefined;
	// Keys that a busy console reads together are a paste to it: more and more time between them.
	const press = (pauseMs: number): void => {
		session.type(key);
		timer = setTimeout(() => {
			if (!good(session.screen())) press(pauseMs * 1.5);
		}, pauseMs);
	};
	press(400);
	await session.until(what, good, deadlineMs).finally(() => clearTimeout(timer));
}

/** U, the word, Enter. */
export async function liftByHand(session: TerminalSession): Promise<void> {
	session.type('U');
	await session.until('the dialog', shows('type lift and press Enter'));
	await typeWord(session, 'lift', /press Enter: ([a-z]*)/);
	session.type('\r');
}

/** Letter by letter as the screen shows them, so that what a dialog was deaf to comes again and what it heard twice goes. */
export async function typeWord(session: TerminalSession, word: string, field: RegExp): Promise<void> {
	const typed = (): string => field.exec(session.screen())?.[1] ?? '';
	const isThere = await waitUntil(async () => {
		const before = typed();
		if (before === word) return true;
		session.type(word.startsWith(before) ? word.charAt(before.length) : '\x7f');
		await waitUntil(() => typed() !== before, 600);
		return false;
	});
	if (!isThere) throw new Error(`${word} did not appear within the time; the screen was:\n${session.screen()}`);
}

/** The one child of a shell; null while it has none. */
export function childOf(pid: number): number | null {
	const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
	return child ?? null;
}
