/** No secret of an OpenVPN server is anywhere but in OpenVPN: looked for in every process, log, answer and file. Needs root and openvpn. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {clientKeyOf, loginOf} from '../../lab/openvpn.ts';
import type {Lab} from '../../lab/lab.ts';
import {raiseLab} from '../../lab/raise.ts';
import {placesOf, readOrNothing as read} from '../helpers/canaries.ts';
import {isConnected, startDaemon, type Daemon} from '../helpers/daemon.ts';
import {openvpnIn} from '../helpers/tunnel-usage.ts';

/** As they are, as they are quoted for OpenVPN and in JSON, and what of them no quoting changes. */
function canariesOf(lab: Lab): readonly string[] {
	const {user, password, passphrase} = loginOf(lab);
	const key = clientKeyOf(lab).split('\n')[1] ?? '';
	return [user, password, passphrase, key].flatMap(secret => [secret, JSON.stringify(secret).slice(1, -1), /[0-9A-Za-z+/]{12,}/.exec(secret)?.[0] ?? secret]);
}

/** The servers' own logs name who logs in. */
const placesIn = (lab: Lab, daemon: Daemon, except: readonly string[] = []): readonly string[] => placesOf(lab, daemon, {canaries: canariesOf(lab), except, skip: path => path.includes('/logs/openvpn-')});

describe('a lab with OpenVPN servers', () => {
	let lab: Lab;
	beforeAll(async () => {
		lab = await raiseLab({openvpn: true});
	});
	afterAll(() => lab.down());
	const places = (daemon: Daemon, except: readonly string[] = []): readonly string[] => placesIn(lab, daemon, except);

	test.for(['se-ovpn-udp', 'se-ovpn-tcp', 'ch-ovpn-v6'])('with credentials in files, connected to %s: nowhere', async server => {
		const folder = lab.description.folders.state;
		const {user, password, passphrase} = loginOf(lab);
		writeFileSync(join(folder, 'phrase'), passphrase, {mode: 0o600});
		writeFileSync(join(folder, 'user'), `${user}\n`, {mode: 0o600});
		writeFileSync(join(folder, 'password'), `${password}\n`, {mode: 0o600});
		const daemon = await startDaemon(lab, {environment: {VKS_SERVER: server, VKS_OPENVPN_USER_FILE: join(folder, 'user'), VKS_OPENVPN_PASSWORD_FILE: join(folder, 'password'), VKS_OPENVPN_KEY_PASSWORD_FILE: join(folder, 'phrase'), VKS_LOG_LEVEL: 'debug'}});
		await daemon.until('it was connected', isConnected);
		await daemon.command({do: 'reconnect'});
		const {stdout} = await lab.exec('client', [...lab.description.commands.vks.slice(3), 'servers', '--json']);
		expect(canariesOf(lab).some(canary => stdout.includes(canary))).toBe(false);
		expect(places(daemon)).toEqual([]);
		const [openvpn] = openvpnIn(lab.description.namespaces.client);
		expect(read(`/proc/${openvpn?.pid}/cmdline`).split('\0').slice(1, 3)).toEqual(['--config', 'stdin']);
		expect(read(`/proc/${openvpn?.pid}/cmdline`)).toMatch(/^\/\S+openvpn\0/);
		await daemon.stop();
	});

	test('with credentials in the environment: nowhere but in that of the daemon, which the kernel keeps; the search would find them', async () => {
		const {user, password} = loginOf(lab);
		const daemon = await startDaemon(lab, {environment: {VKS_SERVER: 'se-ovpn-tcp', VKS_OPENVPN_USER: user, VKS_OPENVPN_PASSWORD: password}});
		await daemon.until('it was connected', isConnected);
		const own = `environ ${daemon.process.pid}`;
		expect(places(daemon)).toEqual([own]);
		await daemon.stop();
	});

	test('after the server refused them: nowhere, the refusal included', async () => {
		const {user} = loginOf(lab);
		const folder = lab.description.folders.state;
		writeFileSync(join(folder, 'password'), `${loginOf(lab).password}x\n`, {mode: 0o600});
		const daemon = await startDaemon(lab, {environment: {VKS_SERVER: 'se-ovpn-tcp', VKS_OPENVPN_USER: user, VKS_OPENVPN_PASSWORD_FILE: join(folder, 'password'), VKS_LOG_LEVEL: 'debug'}});
		await daemon.until('it was refused', ({state}) => state.cause === 'credentials');
		expect(places(daemon, [`environ ${daemon.process.pid}`])).toEqual([]);
		await daemon.stop();
	});
});
