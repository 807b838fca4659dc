/** The two commands on a fresh checkout: `npm start` with and without a terminal, what Ctrl-C leaves, and what is missing. */
import {existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {randomInt} from 'node:crypto';
import {spawn as openPty} from '@lydell/node-pty';
import xterm from '@xterm/headless';
import {execa} from 'execa';
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest';
import {readLabIds, takeDown} from '../../lab/down.ts';
import {waitUntil} from '../../lab/processes.ts';
import {statusSchema} from '../../src/control/status-schema.ts';
import {cloneWorkTree, type Clone} from '../helpers/clone.ts';

const id = `d${randomInt(36 ** 3).toString(36).padStart(3, '0')}`;
const environment = {VKS_DEMO_LAB: id, CI: undefined, npm_config_loglevel: 'error'};
const made: {clone: Clone | null} = {clone: null};
const folder = (): string => made.clone?.folder ?? '';

beforeAll(() => {
	made.clone = cloneWorkTree();
});
afterAll(async () => {
	await takeDown(id);
	made.clone?.remove();
});

const run = (argv: readonly [string, ...string[]]) => {
	const [program, ...rest] = argv;
	return execa(program, rest, {cwd: folder(), env: environment, stdin: 'ignore', reject: false, all: true, timeout: 300_000});
};

interface Terminal {
	/** The screen as a person sees it. */
	text(): string;
	write(keys: string): void;
	readonly exited: Promise<number>;
	kill(): void;
}

const open: Terminal[] = [];
afterEach(() => {
	for (const terminal of open.splice(0)) terminal.kill();
});

function inTerminal(program: string, args: string[]): Terminal {
	const [cols, rows] = [120, 40];
	const screen = new xterm.Terminal({cols, rows, allowProposedApi: true});
	const pty = openPty(program, args, {cols, rows, cwd: folder(), env: {...process.env, ...environment, TERM: 'xterm-256color'}});
	pty.onData(data => screen.write(data));
	const terminal: Terminal = {
		text: () => Array.from({length: rows}, (_, row) => screen.buffer.active.getLine(screen.buffer.active.baseY + row)?.translateToString(true) ?? '').join('\n'),
		write: keys => pty.write(keys),
		exited: new Promise(resolve => pty.onExit(({exitCode, signal}) => resolve(signal ? 128 + signal : exitCode))),
		kill: () => pty.kill('SIGKILL'),
	};
	open.push(terminal);
	return terminal;
}

async function untilShown(terminal: Terminal, wanted: RegExp): Promise<void> {
	if (!(await waitUntil(() => wanted.test(terminal.text())))) throw new Error(`${wanted.source} did not appear within the time; the screen was:\n${terminal.text()}`);
}

describe('set-up', () => {
	test('Ctrl-C while packages are fetched leaves nothing that the next run would take for whole', async () => {
		const terminal = inTerminal('node', ['scripts/start.mjs']);
		await untilShown(terminal, /npm packages …/);
		terminal.write('\u0003');
		expect(await terminal.exited).toBe(130);
		expect(existsSync(join(folder(), 'node_modules/.vks-stamp'))).toBe(false);
		expect(existsSync(join(folder(), 'node_modules/.package-lock.json'))).toBe(false);
		expect(readLabIds()).not.toContain(id);
	});

	test('what is missing is listed for three package managers where there is no apt', async () => {
		const path = mkdtempSync(join(tmpdir(), 'vks-path-'));
		symlinkSync(process.execPath, join(path, 'node'));
		const {exitCode, all} = await execa(process.execPath, ['scripts/setup.mjs'], {cwd: folder(), env: {PATH: path}, extendEnv: false, reject: false, all: true});
		rmSync(path, {recursive: true});
		expect(exitCode).toBe(1);
		expect(all).toMatch(/^missing: nft, .*There is no apt here/);
		for (const line of [/apt-get install .*nftables .*wireguard-tools/, /dnf install .*iproute /, /apk add .*iproute2/]) expect(all).toMatch(line);
	});
});

describe('npm start', () => {
	test('without a terminal it sets up, raises the lab, prints one status and exits 0', async () => {
		const {exitCode, all} = await run(['npm', 'start']);
		expect(exitCode, all).toBe(0);
		expect(all).toMatch(/^CONNECTED {2}PROVEN/m);
		const asked = await run(['npm', 'run', '--silent', 'vks', '--', 'status', '--json']);
		const status = statusSchema.parse(JSON.parse(asked.stdout));
		expect(status.state).toBe('connected');
		expect(status.proof.kind).toBe('proven');
		expect(status.proof.covers).toEqual(expect.arrayContaining(['ruleset', 'ownership', 'routing', 'backstop']));
		expect(status.tunnel?.handshakeAgeSeconds).toBeLessThan(180);
		expect(status.tunnel?.exit?.city).toBe('Zurich');
	}, 300_000);

	test('a second one finds everything standing', async () => {
		const {exitCode, all} = await run(['npm', 'start']);
		expect(exitCode, all).toBe(0);
		expect(all).toContain('still stands');
		expect(all).toContain('still runs');
	});

	test('in a terminal the console opens on it, and leaving it says how to come back', async () => {
		const terminal = inTerminal('npm', ['start']);
		await untilShown(terminal, /(?=[\s\S]*Zurich)CONNECTED[\s\S]*PROVEN/);
		terminal.write('q');
		await untilShown(terminal, /npm run lab -- down/);
		expect(await terminal.exited).toBe(0);
		expect(readLabIds()).toContain(id);
	});

	test('a lab with a dead part is raised anew', async () => {
		const {all: services} = await execa('ip', ['netns', 'pids', `vks-${id}-internet`], {all: true});
		for (const pid of services.split('\n').filter(text => text !== '')) process.kill(Number(pid), 'SIGKILL');
		const {exitCode, all} = await run(['npm', 'start']);
		expect(exitCode, all).toBe(0);
		expect(all).toContain('taken down first');
		expect(all).toMatch(/^CONNECTED {2}PROVEN/m);
	});

	test('down removes all of it', async () => {
		const {exitCode, all} = await run(['npm', 'run', 'lab', '--', 'down', '--id', id]);
		expect(exitCode, all).toBe(0);
		expect(readdirSync('/run/netns').filter(name => name.startsWith(`vks-${id}-`))).toEqual([]);
		expect(readLabIds()).not.toContain(id);
	});

	test('Ctrl-C while the lab is raised takes it down again', async () => {
		const terminal = inTerminal('node', ['scripts/start.mjs']);
		expect(await waitUntil(() => readLabIds().includes(id))).toBe(true);
		terminal.write('\u0003');
		expect(await terminal.exited).toBe(130);
		expect(readLabIds()).not.toContain(id);
	});
});
