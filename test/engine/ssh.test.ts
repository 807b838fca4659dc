/** A console on one machine, vks in a container on another: real ssh, then `docker exec`, then the daemon. */
import {chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {run} from '../../lab/commands.ts';
import {insideNamespace} from '../../lab/description.ts';
import {images} from '../../lab/engine/images.ts';
import {isAlive, waitUntil, type Running} from '../../lab/processes.ts';
import {liftByHand, shows} from '../helpers/console-stage.ts';
import {vpnArguments} from '../helpers/engine-acts.ts';
import {engineStage} from '../helpers/engine-stage.ts';
import {openTerminal, type TerminalSession} from '../helpers/terminal.ts';

const stage = engineStage();

interface Box {
	readonly sshd: Running;
	/** A console beside the box, with a key that it lets in. */
	open(...target: readonly string[]): TerminalSession;
}

/** An ssh server on the engine's host, and an operator on another one who has a key for it. Both have folders of their own. */
async function startBox(): Promise<Box> {
	const {lab, engine, project} = stage();
	const {namespaces, addresses, commands} = lab.description;
	const folder = mkdtempSync(join(project, 'ssh-'));
	// Where sshd drops its privileges; the package makes it only when a service starts.
	mkdirSync('/run/sshd', {recursive: true, mode: 0o755});
	const file = (name: string): string => join(folder, name);
	for (const name of ['host', 'operator']) await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', file(name)]);
	const variables = Object.entries(engine.environment).map(([name, value]) => `${name}=${value}`);
	writeFileSync(file('sshd_config'), [
		`ListenAddress ${addresses.client.ipv4}`, `HostKey ${file('host')}`, `AuthorizedKeysFile ${file('operator.pub')}`, `PidFile ${file('pid')}`,
		'UsePAM no', 'StrictModes no', 'PermitRootLogin prohibit-password', 'PasswordAuthentication no', `SetEnv ${variables.join(' ')}`, '',
	].join('\n'));
	writeFileSync(file('known_hosts'), `${addresses.client.ipv4} ${readFileSync(file('host.pub'), 'utf8')}`);
	const ssh = `exec /usr/bin/ssh -F none -o IdentityFile=${file('operator')} -o IdentitiesOnly=yes -o UserKnownHostsFile=${file('known_hosts')} "$@"`;
	mkdirSync(file('bin'));
	writeFileSync(join(file('bin'), 'ssh'), `#!/bin/sh\n${ssh}\n`);
	chmodSync(join(file('bin'), 'ssh'), 0o755);
	const sshd = lab.spawn('client', ['/usr/sbin/sshd', '-D', '-e', '-f', file('sshd_config')], {name: 'sshd'});
	await waitUntil(() => !isAlive(sshd) || readFileSync(sshd.log, 'utf8').includes('listening'));
	if (!isAlive(sshd)) throw new Error(`sshd did not start: ${readFileSync(sshd.log, 'utf8')}`);
	const consoleProgram = commands.console.slice(commands.console.indexOf('--') + 1);
	return {
		sshd,
		open: (...target) => openTerminal(insideNamespace(namespaces.peer, [...consoleProgram, ...target]), {columns: 120, rows: 40, environment: {PATH: `${file('bin')}:${process.env['PATH'] ?? ''}`}}),
	};
}

test('the console reaches it, locks it down and lifts that; a login that is refused is said', async () => {
	const box = await startBox();
	const address = stage().lab.description.addresses.client.ipv4;
	await stage().engine.docker(['run', '--detach', '--name', 'vpn', ...vpnArguments(stage()), images.vks]);
	await stage().connected();
	const session = box.open('--host', `ssh://root@${address}`, '--container', 'vpn');
	const stranger = box.open('--host', `ssh://nobody@${address}`, '--container', 'vpn');
	try {
		await session.until('the first frame', shows('CONNECTED', 'PROVEN', 'vpn@'));
		session.type('L');
		await session.until('lockdown', shows('LOCKDOWN', 'PROVEN'));
		await stage().says(/^LOCKDOWN .*PROVEN/);
		await liftByHand(session);
		await session.until('connected again', shows('CONNECTED', 'PROVEN'));
		await stranger.until('why not', shows('UNKNOWN', 'refused the login'));
		expect(stranger.screen()).not.toContain('PROVEN');

		await box.sshd.stop('SIGKILL');
		session.type('q');
		expect((await session.exited).exitCode).toBe(0);
	} finally {
		for (const each of [session, stranger]) each.kill('SIGKILL');
		await box.sshd.stop('SIGKILL');
	}
});
