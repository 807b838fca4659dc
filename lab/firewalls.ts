/** The firewalls of Debian themselves in a lab's client, each with files of its own: the machine's are not touched. */
import {cpSync, existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Ran} from './commands.ts';
import type {Lab} from './lab.ts';
import {isAlive, waitUntil} from './processes.ts';

/** Both are installed where CI runs the tests with an engine. */
export const hasFirewalls = existsSync('/usr/sbin/ufw') && existsSync('/usr/sbin/firewalld');

export interface Firewall {
	/** Arguments of `ufw` or `firewall-cmd`. */
	order(...argv: readonly string[]): Promise<Ran>;
	stop(): Promise<void>;
	/** For a program that is to hear of it. */
	readonly environment: Readonly<Record<string, string>>;
}

/** It has no process: rules of iptables, and files that are mounted over the machine's for each order. */
export async function startUfw(lab: Lab, ...rules: ReadonlyArray<readonly string[]>): Promise<Firewall> {
	const folder = join(lab.description.folders.state, 'ufw');
	mkdirSync(folder);
	cpSync('/etc/ufw', join(folder, 'etc'), {recursive: true});
	cpSync('/etc/default/ufw', join(folder, 'default'));
	const order: Firewall['order'] = (...argv) => lab.exec('client', ['unshare', '--mount', 'sh', '-c', `mount --bind ${folder}/etc /etc/ufw && mount --bind ${folder}/default /etc/default/ufw && exec ufw "$@"`, 'ufw', ...argv], {mustSucceed: true});
	for (const rule of rules) await order(...rule);
	await order('--force', 'enable');
	return {order, environment: {}, stop: async () => void (await order('--force', 'reset'))};
}

/** On a bus of its own; what it keeps goes into a folder of the lab's. */
export async function startFirewalld(lab: Lab): Promise<Firewall> {
	const folder = join(lab.description.folders.state, 'firewalld');
	mkdirSync(folder);
	cpSync('/etc/firewalld', join(folder, 'etc'), {recursive: true});
	const [bus, settings] = [join(folder, 'bus'), join(folder, 'bus.conf')];
	const anything = ['user', 'own', 'send_destination', 'receive_sender'].map(what => `<allow ${what}="*"/>`).join('');
	writeFileSync(settings, `<busconfig><type>custom</type><listen>unix:path=${bus}</listen><auth>EXTERNAL</auth><policy context="default">${anything}</policy></busconfig>\n`);
	const environment = {DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${bus}`};
	const broker = lab.spawn('client', ['dbus-daemon', `--config-file=${settings}`, '--nofork', '--nopidfile'], {name: 'dbus'});
	if (!(await waitUntil(() => Promise.resolve(existsSync(bus) || !isAlive(broker)))) || !isAlive(broker)) throw new Error(`dbus-daemon ended: ${broker.log}`);
	const daemon = lab.spawn('client', ['firewalld', '--nofork', '--nopid', '--system-config', join(folder, 'etc'), '--log-file', join(folder, 'log')], {name: 'firewalld', environment});
	const order: Firewall['order'] = (...argv) => lab.exec('client', ['firewall-cmd', ...argv], {environment, mustSucceed: true});
	const runs = async (): Promise<boolean> => !isAlive(daemon) || (await lab.exec('client', ['firewall-cmd', '--state'], {environment})).exitCode === 0;
	if (!(await waitUntil(runs)) || !isAlive(daemon)) throw new Error(`firewalld ended: ${daemon.log}`);
	return {order, environment, stop: async () => {
		await daemon.stop('SIGTERM');
		await broker.stop('SIGTERM');
	}};
}
