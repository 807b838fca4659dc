/** Completion: of everything in the command table, in a real bash, and nothing that a server is called is ever run. */
import {spawnSync} from 'node:child_process';
import {chmodSync, existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {commands, commonOptions} from '../../../src/cli/commands.ts';
import {completionFor, shells} from '../../../src/cli/completion-script.ts';
import {sampleSnapshot} from '../../fakes/snapshot.ts';
import {temporaryFolder} from '../control/harness.ts';
import {shell} from './harness.ts';

test.each(shells)('%s is told of every command and option', async name => {
	const {vks} = await shell();
	const {code, out} = await vks('completion', name);
	expect([code, out]).toEqual([0, completionFor(name)]);
	for (const command of commands) {
		expect(out).toMatch(new RegExp(`\\b${command.name}\\b`));
		for (const option of [...command.options, ...commonOptions]) expect(out).toMatch(new RegExp(`(--|-l )${option.name}\\b`));
	}
});

test('another shell is wrong usage', async () => {
	const {vks} = await shell();
	expect(await vks('completion', 'tcsh')).toMatchObject({code: 2, out: '', err: expect.stringContaining('choose bash, zsh, fish')});
});

test('names of servers are printed one a line', async () => {
	const {vks} = await shell();
	expect((await vks('completion', 'servers')).out).toBe(sampleSnapshot().servers.map(({id}) => `${id}\n`).join(''));
});

const names = ['oslo-1', 'Zürich 1', '$(touch pwned)', '`touch pwned`', '; touch pwned', "it's"];

/** What bash offers for these words, the last of which is being typed. */
function offered(folder: string, ...words: readonly string[]): readonly string[] {
	mkdirSync(join(folder, 'bin'), {recursive: true});
	const vks = join(folder, 'bin', 'vks');
	writeFileSync(vks, `#!/bin/sh\n[ "$1 $2" = "completion servers" ] && cat "${join(folder, 'names')}"\n`);
	chmodSync(vks, 0o755);
	writeFileSync(join(folder, 'names'), names.map(name => `${name}\n`).join(''));
	writeFileSync(join(folder, 'vks.bash'), completionFor('bash'));
	const script = 'source ./vks.bash; COMP_WORDS=(vks "$@"); COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 )); _vks; printf "%s\\n" "${COMPREPLY[@]}"';
	const {stdout, stderr} = spawnSync('bash', ['--norc', '-c', script, 'bash', ...words], {cwd: folder, encoding: 'utf8', env: {PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`, LC_ALL: 'C.UTF-8'}});
	expect(stderr).toBe('');
	return stdout.split('\n').filter(line => line !== '');
}

describe('bash', () => {
	test.each([
		[['sta'], ['status']],
		[['lo'], ['lockdown']],
		[['--js'], ['--json']],
		[['--socket', '/x', 'sta'], ['status']],
		[['drops', '--fo'], ['--follow']],
		[['evidence', '--lock'], ['--lockdown']],
		[['allow', 'ud'], ['udp']],
		[['allow', '--reason', 'a', 'ud'], ['udp']],
		[['allow', 'tcp', ''], []],
		[['allow', '--reason', ''], []],
		[['completion', 'z'], ['zsh']],
		[['dns', 'r'], ['restore']],
		[['switch', 'os'], ['oslo-1']],
		[['favourite', '--off', 'Z'], ["$'Z\\303\\274rich 1'", 'Zürich\\ 1']],
		[['no-such-command', ''], []],
	])('%j', (words, wanted) => {
		const found = offered(temporaryFolder(), ...words);
		// What bash quotes such a name by depends on its version.
		if (wanted.length === 2) expect(wanted).toContain(found[0]);
		else expect(found).toEqual(wanted);
	});

	test('files and folders are offered where an option takes one', () => {
		const folder = temporaryFolder();
		mkdirSync(join(folder, 'here'));
		writeFileSync(join(folder, 'here.yaml'), '');
		expect(offered(folder, 'run', '--config', 'her').toSorted()).toEqual(['here', 'here.yaml']);
		expect(offered(folder, 'evidence', '--out', 'her')).toEqual(['here']);
		expect(offered(folder, 'record', 'here.')).toEqual(['here.yaml']);
	});

	test('a name that would be a command is offered as text, and typed as that', () => {
		const folder = temporaryFolder();
		const found = offered(folder, 'switch', '');
		expect(found).toHaveLength(names.length);
		// As bash would read the line once it is accepted.
		const {stdout} = spawnSync('bash', ['--norc', '-c', `printf '%s\\n' ${found.join(' ')}`], {cwd: folder, encoding: 'utf8', env: {PATH: process.env['PATH'], LC_ALL: 'C.UTF-8'}});
		expect(stdout.split('\n').slice(0, -1)).toEqual(names);
		expect(existsSync(join(folder, 'pwned'))).toBe(false);
	});
});
