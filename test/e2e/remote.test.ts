/** The built console, on a daemon it reaches by programs: stand-ins for ssh and docker that run here what they are asked to. */
import {chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {consoleStage, insist, shows} from '../helpers/console-stage.ts';
import type {TerminalSession} from '../helpers/terminal.ts';

const stage = consoleStage();
const folder = mkdtempSync(join(tmpdir(), 'vks-remote-'));

/** ssh joins what stands behind its host, and the shell there takes it apart again. */
const ssh = `while [ "$1" != -- ]; do shift; done
host=$2; shift 2
[ "$host" = box ] || { echo "ssh: Could not resolve hostname $host: Name or service not known" >&2; exit 255; }
[ ! -e "$(dirname "$0")/cut" ] || { echo "ssh: connect to host box port 22: Connection refused" >&2; exit 255; }
echo $$ >> "$(dirname "$0")/pids"
exec sh -c "$*"`;
const docker = `[ "$1 $2" = "exec -i" ] || exit 125
[ "$3" = vpn ] || { echo "Error: No such container: $3" >&2; exit 1; }
shift 3
exec "$@"`;

beforeAll(() => {
	const vks = `exec ${stage.lab().description.commands.vks.map(word => `'${word}'`).join(' ')} "$@"`;
	for (const [name, script] of Object.entries({ssh, docker, vks})) {
		writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
		chmodSync(join(folder, name), 0o755);
	}
});
afterAll(() => rmSync(folder, {recursive: true, force: true}));

const open = (...more: readonly string[]): TerminalSession => stage.open({columns: 120, rows: 40, more, environment: {PATH: `${folder}:${process.env['PATH'] ?? ''}`}});

test('by ssh and docker: the first frame, a lockdown, a connection that is lost and comes back', async () => {
	await stage.connected();
	const session = open('--host', 'ssh://root@box', '--container', 'vpn');
	await session.until('connected', shows('vpn@box', 'CONNECTED', 'PROVEN', 'handshake'));
	session.type('L');
	await session.until('lockdown', shows('vpn@box', 'LOCKDOWN', 'PROVEN'));
	expect(stage.daemon().snapshot().state.kind).toBe('lockdown');

	writeFileSync(join(folder, 'cut'), '');
	for (const pid of readFileSync(join(folder, 'pids'), 'utf8').trim().split('\n')) {
		try {
			process.kill(Number(pid), 'SIGKILL');
		} catch {
			// Ended by itself, and connected anew.
		}
	}
	await session.until('what is shown is old', screen => shows('vpn@box', 'UNKNOWN', 'NO CONNECTION', 'box does not answer')(screen) && !screen.includes('PROVEN'));
	rmSync(join(folder, 'cut'));
	await session.until('back again', shows('LOCKDOWN', 'PROVEN'));
	session.type('U');
	await session.until('the question names the target', shows('Lift the lockdown: vpn@box'));
	await stage.daemon().command({do: 'lift', word: 'lift'});
	await stage.connected();
});

test('several: T chooses, what cannot be reached says why, and the one left is not asked any more', async () => {
	const session = open('--target', 'here=docker:vpn', '--target', 'gone=ssh://box/other', '--target', 'far=ssh://nowhere/vpn');
	await session.until('the first', shows('here', 'CONNECTED', 'PROVEN'));
	const choose = async (name: string): Promise<void> => {
		session.type('T');
		await session.until('the picker', shows('Targets', 'Enter looks at it'));
		session.type('j');
		await session.until(name, shows(`> ${name} `));
		session.type('\r');
	};
	await choose('gone');
	await session.until('why not', shows('UNKNOWN  gone', 'There is no container other on box.'));
	await choose('far');
	await session.until('why not', shows('UNKNOWN  far', 'There is no host nowhere.'));
	session.type(':');
	await session.until('the palette', shows('Commands'));
	for (const [index, letter] of [...'target here'].entries()) {
		session.type(letter);
		// Letters that are read together are a paste, which selects nothing.
		await session.until(letter, shows(`: ${'target here'.slice(0, index + 1).trimEnd()}`));
	}
	await insist(session, '\r', 'the first again', shows('here', 'CONNECTED', 'PROVEN'));
});

test('read-only, it is the socket that only shows', async () => {
	const session = open('--container', 'vpn', '--read-only');
	await session.until('looking on', shows('vpn', 'CONNECTED', 'PROVEN', 'read-only'));
	session.type('L');
	await session.until('a word', shows('lockdown: read-only'));
	expect(stage.daemon().snapshot().state.kind).toBe('connected');
});
