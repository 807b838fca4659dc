import {chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {otherProtocol, noDaemon, notAllowed} from '../../../src/control/problems.ts';
import {firstRunPage, noServerSteps} from '../../../src/console/select/first-run.ts';
import {lookAround, type Surroundings} from '../../../src/console/surroundings.ts';
import type {Problem} from '../../../src/problem.ts';
import {snapshotOf, viewOf} from '../../helpers/screen-view.ts';

const socketPath = '/run/vks/control.sock';
const root: Surroundings = {uid: 0, inContainer: false, owner: null, tunnels: {folder: '/etc/vks/tunnels', found: 'read', files: 3}};
const said = (problem: Problem, surroundings: Surroundings | null): string =>
	firstRunPage({link: {kind: 'down', problem}, socketPath, surroundings, target: null}).map(line => ('text' in line ? line.text : '')).join('\n');

test('without a daemon: how to start one, on a host and with Docker, and what is there already', () => {
	const page = said(noDaemon(socketPath, 'there is no such socket'), root);
	for (const part of ['there is no such socket', 'What passes now is not known', '3 server files in /etc/vks/tunnels', 'You are root', 'vks run', 'docker run -d --name vpn', '--device /dev/net/tun', 'docker exec -it vpn vks-tui']) expect(page).toContain(part);
	expect(page).not.toContain('mkdir');
});

test('without a tunnel folder, or with an empty one, it says so first, with the command', () => {
	const missing = said(noDaemon(socketPath, ''), {...root, tunnels: {folder: '/srv/t', found: 'missing', files: 0}});
	expect(missing).toContain('/srv/t does not exist');
	expect(missing).toContain('mkdir -p -m 700 /srv/t\ninstall -m 600 provider/*.conf /srv/t/');
	const empty = said(noDaemon(socketPath, ''), {...root, tunnels: {folder: '/srv/t', found: 'read', files: 0}});
	expect(empty).toContain('There is no .conf or .ovpn file in /srv/t');
	expect(empty).toContain('install -m 600 provider/*.conf /srv/t/');
	expect(empty).not.toContain('mkdir');
});

test('who is not root is told to become it; in a container, to look at it from outside', () => {
	const other = said(noDaemon(socketPath, ''), {...root, uid: 1000, tunnels: {folder: '/etc/vks/tunnels', found: 'hidden', files: 0}});
	for (const part of ['uid 1000 may not look into', 'You are uid 1000', 'sudo vks run']) expect(other).toContain(part);
	const inside = said(noDaemon(socketPath, ''), {...root, inContainer: true});
	expect(inside).toContain('docker logs vpn; docker restart vpn');
	expect(inside).not.toContain('docker run');
});

test('without rights: who we are, whose it is, and the command for either', () => {
	const page = said(notAllowed(socketPath), {...root, uid: 1000, owner: 0});
	for (const part of ['This user may not open', 'You are uid 1000; it belongs to uid 0', 'sudo vks-tui', 'docker exec -it -u 0 vpn vks-tui']) expect(page).toContain(part);
	expect(said(notAllowed(socketPath), {...root, uid: 1000, owner: 994})).toContain('sudo -u \'#994\' vks-tui');
});

test('a daemon of another release: both numbers, and the console that fits', () => {
	const page = said(otherProtocol('2', 1), root);
	for (const part of ['another protocol (2; this client speaks 1)', 'different releases', 'docker exec -it vpn vks-tui']) expect(page).toContain(part);
});

test('every page says that it goes on trying', () => {
	for (const problem of [noDaemon(socketPath, ''), notAllowed(socketPath), otherProtocol('2', 1)]) expect(said(problem, null)).toContain('Trying again every two seconds');
});

test('with a daemon and no server: which folder, and what to put there; otherwise nothing', () => {
	const steps = noServerSteps(snapshotOf('no-server'))?.join('\n') ?? '';
	for (const part of ['There is no .conf or .ovpn file in /etc/vks/tunnels.', 'Nothing passes', 'install -m 600 provider/*.conf /etc/vks/tunnels/', ':/etc/vks/tunnels:ro', 'connects by itself']) expect(steps).toContain(part);
	expect(noServerSteps(snapshotOf('connected'))).toBeNull();
	expect(noServerSteps(snapshotOf('blocked-no-handshake'))).toBeNull();
	expect(noServerSteps(viewOf({snapshot: null}).live.snapshot)).toBeNull();
	// A provider that cannot be asked is no matter of files: the banner says what it is.
	const away: Problem = {code: 'no-server', severity: 'error', what: '203.0.113.60:443/tcp could not be reached: nobody answered in time.', stillBlocking: true, next: 'x'};
	expect(noServerSteps({...snapshotOf('no-server'), problems: [away]})).toBeNull();
});

test('the surroundings are looked at as they are', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'vks-around-'));
	const look = (tunnels: string) => lookAround({socketPath: join(folder, 'run', 'control.sock'), uid: 7, environment: {VKS_TUNNEL_FOLDER: tunnels}});
	expect(await look(join(folder, 'absent'))).toMatchObject({uid: 7, owner: null, tunnels: {found: 'missing', files: 0}});
	mkdirSync(join(folder, 'run'));
	for (const name of ['a.conf', 'b.CONF', '.c.conf', 'd.txt', 'e.ovpn']) writeFileSync(join(folder, name), '');
	expect(await look(folder)).toMatchObject({owner: process.getuid?.(), tunnels: {folder, found: 'read', files: 3}});
	expect(await look(join(folder, 'a.conf'))).toMatchObject({tunnels: {found: 'hidden'}});
	chmodSync(folder, 0o700);
	rmSync(folder, {recursive: true});
});
