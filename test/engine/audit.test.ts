/**
 * The audit beside a real engine: each fault is absent, is built, is found with its proof, is closed by what was printed,
 * as a neighbour's connections show, and what was to go on goes on. Then the rules are put back byte for byte.
 */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {z} from 'zod';
import type {Ran} from '../../lab/commands.ts';
import {judgeProject} from '../../src/audit/judge.ts';
import {runningOf} from '../../src/audit/engine/container.ts';
import {auditedContainerSchema} from '../../src/audit/engine/schema.ts';
import {images} from '../../lab/engine/images.ts';
import {auditOn} from '../helpers/audit-acts.ts';
import {closesAndReopens, goesOn} from '../helpers/audit-fault.ts';
import {standFor} from '../helpers/engine-acts.ts';
import {engineStage} from '../helpers/engine-stage.ts';

const stage = engineStage();

const start = (name: string, ...argv: readonly string[]): Promise<Ran> => stage().engine.docker(['run', '--detach', '--name', name, ...argv]);
const remove = (name: string): Promise<Ran> => stage().engine.docker(['rm', '--force', name]);
const web = (...argv: readonly string[]): Promise<Ran> => start('web', ...argv, images.application);

describe('what the host\'s rules let in', () => {
	test('a port past ufw, with the rules that ufw itself writes', async () => {
		const audit = auditOn(stage());
		await audit.keepRules();
		const ufw = (family: string): string => readFileSync(join(import.meta.dirname, `../fixtures/rules/ufw/${family}.txt`), 'utf8');
		await stage().lab.exec('client', ['iptables-nft-restore', '--noflush'], {input: ufw('iptables')});
		await stage().lab.exec('client', ['ip6tables-nft-restore', '--noflush'], {input: ufw('ip6tables')});
		await web('--publish', '127.0.0.1:8080:8080');
		expect(await audit.found('port-past-firewall')).toEqual([]);
		expect(await audit.reaches()).toBe(false);
		await remove('web');

		await web('--publish', '8080:8080');
		await goesOn(stage());
		const found = await audit.one('port-past-firewall');
		expect(found).toMatchObject({severity: 'high', what: expect.stringContaining('ufw does not let others in to port 8080/tcp')});
		expect(found.proof).toContain('container web: 0.0.0.0:8080 -> 8080/tcp');
		await closesAndReopens(stage(), audit, 'port-past-firewall', () => audit.reaches());
	});

	test('a port past firewalld, with the rules that firewalld itself writes', async () => {
		const audit = auditOn(stage());
		await audit.keepRules();
		await audit.rules('nft', '-j', '-f', join(import.meta.dirname, '../fixtures/rules/firewalld/nft.json'));
		onTestFinished(async () => void (await stage().lab.exec('client', ['nft', 'delete', 'table', 'inet', 'firewalld'])));
		await web('--publish', '127.0.0.1:8080:8080');
		expect(await audit.found('port-past-firewall')).toEqual([]);
		expect(await audit.reaches()).toBe(false);
		await remove('web');

		await web('--publish', '0.0.0.0:8080:8080');
		await stage().until('it answers', () => true);
		const before = await audit.saved();
		const found = await audit.one('port-past-firewall');
		expect(found.what).toBe('firewalld is not asked about port 8080/tcp, which the engine lets in: to container web.');
		expect(await audit.reaches()).toBe(true);
		await audit.obey(found.commands);
		expect(await audit.reaches()).toBe(false);
		await stage().until('it answers this host still', () => true);
		expect(await audit.found('port-past-firewall')).toEqual([]);
		await audit.obey(found.undo);
		expect(await audit.saved()).toBe(before);
	});

	test('IPv6 without rules of the engine: a port that is not published', async () => {
		const audit = auditOn(stage());
		await audit.keepRules();
		await web('--publish', '127.0.0.1:8080:8080');
		expect(await audit.found('ipv6-unfiltered')).toEqual([]);
		await remove('web');

		await stage().engine.docker(['network', 'create', '--ipv6', '--subnet', 'fd00:5::/64', 'six']);
		await web('--network', 'six', '--publish', '127.0.0.1:8080:8080');
		await goesOn(stage());
		const address = (await stage().engine.docker(['inspect', '--format', '{{.NetworkSettings.Networks.six.GlobalIPv6Address}}', 'web'])).stdout.trim();
		await stage().lab.exec('peer', ['ip', '-6', 'route', 'add', 'fd00:5::/64', 'via', stage().lab.description.addresses.client.ipv6], {mustSucceed: true});
		const found = await audit.one('ipv6-unfiltered');
		expect(found).toMatchObject({severity: 'medium', proof: expect.stringContaining(`container web has ${address}; FORWARD accepts what goes to its port 9`)});
		await closesAndReopens(stage(), audit, 'ipv6-unfiltered', () => audit.reaches(address));
	});

	test('a port published without any firewall, over IPv4 and IPv6', async () => {
		const audit = auditOn(stage());
		await audit.keepRules();
		const {ipv4, ipv6} = stage().lab.description.addresses.client;
		await web('--publish', '127.0.0.1:8080:8080');
		expect(await audit.found('port-published')).toEqual([]);
		await remove('web');

		await web('--publish', '8080:8080');
		await goesOn(stage());
		const found = await audit.one('port-published');
		expect(found).toMatchObject({severity: 'medium', proof: 'container web: 0.0.0.0:8080 -> 8080/tcp; container web: [::]:8080 -> 8080/tcp'});
		expect(await audit.reaches(ipv6)).toBe(true);
		await closesAndReopens(stage(), audit, 'port-published', async () => (await audit.reaches(ipv4)) || audit.reaches(ipv6));
	});

	test('a port of this host alone, by the container\'s own address, as engines before 28 leave it', async () => {
		const audit = auditOn(stage());
		await audit.keepRules();
		await web();
		expect(await audit.found('localhost-not-local')).toEqual([]);
		await remove('web');
		const {ipv4} = stage().lab.description.addresses.client;
		await stage().lab.exec('peer', ['ip', 'route', 'add', '172.17.0.0/16', 'via', ipv4]);

		await web('--publish', '127.0.0.1:8080:8080');
		await goesOn(stage());
		const address = (await stage().engine.docker(['inspect', '--format', '{{.NetworkSettings.IPAddress}}', 'web'])).stdout.trim();
		expect((await audit.one('localhost-not-local')).proof).toContain('container web: 127.0.0.1:8080 -> 8080/tcp; engine 20.10');
		expect(await audit.reaches()).toBe(false);
		await closesAndReopens(stage(), audit, 'localhost-not-local', () => audit.reaches(address));
	});

	const refuse = ['-i', 'eth0', '-m', 'conntrack', '--ctstate', 'NEW', '-j', 'DROP'];

	test('DOCKER-USER that nothing leads to', async () => {
		const audit = auditOn(stage());
		await audit.keepRules();
		await web('--publish', '0.0.0.0:8080:8080');
		await goesOn(stage());
		await audit.rules('iptables-nft', '-I', 'DOCKER-USER', '1', ...refuse);
		expect(await audit.found('docker-user-not-asked')).toEqual([]);
		expect(await audit.reaches()).toBe(false);

		await audit.rules('iptables-nft', '-D', 'FORWARD', '-j', 'DOCKER-USER');
		expect(await audit.one('docker-user-not-asked')).toMatchObject({severity: 'high', proof: 'iptables-nft-save: no `-A FORWARD -j DOCKER-USER`; `-A DOCKER-USER -i eth0 -m conntrack --ctstate NEW -j DROP`'});
		await closesAndReopens(stage(), audit, 'docker-user-not-asked', () => audit.reaches());
	});

	test('DOCKER-USER behind a rule that accepts', async () => {
		const audit = auditOn(stage());
		await audit.keepRules();
		await web('--publish', '0.0.0.0:8080:8080');
		await goesOn(stage());
		await audit.rules('iptables-nft', '-I', 'DOCKER-USER', '1', ...refuse);
		expect(await audit.found('docker-user-late')).toEqual([]);
		expect(await audit.reaches()).toBe(false);

		await audit.rules('iptables-nft', '-I', 'FORWARD', '1', '-i', 'eth0', '-j', 'ACCEPT');
		expect(await audit.one('docker-user-late')).toMatchObject({severity: 'high', proof: 'iptables-nft-save: `-A FORWARD -i eth0 -j ACCEPT` stands before `-A FORWARD -j DOCKER-USER`'});
		await closesAndReopens(stage(), audit, 'docker-user-late', () => audit.reaches());
	});

	test('a rule of DOCKER-USER that is never reached', async () => {
		const audit = auditOn(stage());
		await audit.keepRules();
		await web('--publish', '0.0.0.0:8080:8080');
		await goesOn(stage());
		expect(await audit.found('docker-user-unreachable')).toEqual([]);

		await audit.rules('iptables-nft', '-A', 'DOCKER-USER', ...refuse);
		expect(await audit.one('docker-user-unreachable')).toMatchObject({severity: 'high', proof: 'iptables-nft-save: `-A DOCKER-USER -j RETURN`, then `-A DOCKER-USER -i eth0 -m conntrack --ctstate NEW -j DROP`'});
		await closesAndReopens(stage(), audit, 'docker-user-unreachable', () => audit.reaches());
	});

	test('DOCKER-USER that is not there', async () => {
		const audit = auditOn(stage());
		await audit.keepRules();
		await web('--publish', '0.0.0.0:8080:8080');
		await goesOn(stage());
		expect(await audit.found('docker-user-missing')).toEqual([]);
		const before = await audit.saved();

		for (const argv of [['-D', 'FORWARD', '-j', 'DOCKER-USER'], ['-F', 'DOCKER-USER'], ['-X', 'DOCKER-USER']]) await audit.rules('iptables-nft', ...argv);
		const found = await audit.one('docker-user-missing');
		expect(found.proof).toBe('iptables-nft-save: table filter has DOCKER and no DOCKER-USER');
		const faulty = await audit.saved();
		await audit.obey(found.commands);
		expect(await audit.saved()).toBe(before);
		await audit.rules('iptables-nft', '-I', 'DOCKER-USER', '1', ...refuse);
		expect(await audit.reaches()).toBe(false);
		await audit.rules('iptables-nft', '-D', 'DOCKER-USER', '1');
		await audit.obey(found.undo);
		expect(await audit.saved()).toBe(faulty);
	});
});

describe('what a container is given', () => {
	const inside = async (name: string, program: string): Promise<string> => (await stage().engine.docker(['exec', name, 'node', '-e', program], {mustSucceed: false})).stdout.trim();
	const capabilities = async (name: string): Promise<bigint> => BigInt(`0x${await inside(name, 'console.log(/^CapEff:\\s*(\\w+)/m.exec(fs.readFileSync("/proc/self/status", "utf8"))[1])')}`);
	const [netAdmin, netRaw] = [1n << 12n, 1n << 13n];

	test('the engine\'s socket: by it everything is asked, read-only or not', async () => {
		const audit = auditOn(stage());
		const socket = (stage().engine.environment['DOCKER_HOST'] ?? '').replace('unix://', '');
		const ask = 'require("http").get({socketPath: "/var/run/docker.sock", path: "/info"}, answer => (console.log(answer.statusCode), process.exit())).on("error", error => console.log(error.code))';
		await web('--publish', '127.0.0.1:8080:8080');
		expect(await audit.found('engine-socket')).toEqual([]);
		expect(await inside('web', ask)).toBe('ENOENT');
		await remove('web');

		await web('--volume', `${socket}:/var/run/docker.sock:ro`, '--publish', '127.0.0.1:8080:8080');
		expect(await audit.one('engine-socket')).toMatchObject({severity: 'medium', proof: `container web: mount of ${socket}, read-only`});
		expect(await inside('web', ask)).toBe('200');
		await remove('web');

		await web('--volume', `${socket}:/var/run/docker.sock`, '--publish', '8080:8080');
		expect(await audit.one('engine-socket')).toMatchObject({severity: 'high', proof: `container web: mount of ${socket}`});
	});

	// It is made and described, not started: this machine may not have all that a privileged one is given.
	test('privileged', async () => {
		const privileged = async (...argv: readonly string[]): Promise<readonly string[]> => {
			await stage().engine.docker(['create', '--name', 'web', ...argv, images.application]);
			const [described] = z.array(auditedContainerSchema).parse(JSON.parse((await stage().engine.docker(['inspect', 'web'])).stdout));
			await remove('web');
			if (described === undefined) throw new Error('nothing was described');
			const {service} = runningOf(described, [], new Map());
			return judgeProject({services: [service], overlays: []}).filter(({id}) => id === 'privileged').map(({severity, proof}) => `${severity}: ${proof}`);
		};
		expect(await privileged()).toEqual([]);
		expect(await privileged('--privileged')).toEqual(['high: container web: Privileged true']);
	});

	test('the host\'s network: its port is open though none is published, and shut by what is to be written instead', async () => {
		const audit = auditOn(stage());
		await web('--network', 'host');
		expect(await audit.one('host-network')).toMatchObject({severity: 'medium', proof: 'container web: NetworkMode host'});
		await stage().until('it listens', () => true);
		expect(await audit.reaches()).toBe(true);
		await remove('web');

		await web('--publish', '127.0.0.1:8080:8080');
		expect(await audit.found('host-network')).toEqual([]);
		await goesOn(stage());
		expect(await audit.reaches()).toBe(false);
	});

	test('beside a VPN: NET_ADMIN, NET_RAW, and a client that is not behind it', async () => {
		const audit = auditOn(stage());
		for (const name of ['qmcgaw/gluetun:v3', 'lscr.io/linuxserver/qbittorrent:latest']) await standFor(stage().engine, name);
		await start('gluetun', '--cap-add', 'NET_ADMIN', '--env', 'PORT=8081', 'qmcgaw/gluetun:v3');
		await start('web', '--network', 'container:gluetun', '--cap-drop', 'ALL', images.application);
		for (const id of ['beside-net-admin', 'beside-net-raw', 'outside-vpn']) expect(await audit.found(id)).toEqual([]);
		expect((await capabilities('web')) & (netAdmin | netRaw)).toBe(0n);
		await remove('web');

		await start('web', '--network', 'container:gluetun', '--cap-add', 'NET_ADMIN', images.application);
		await start('other', '--network', 'container:gluetun', '--env', 'PORT=8082', images.application);
		await start('qbittorrent', 'lscr.io/linuxserver/qbittorrent:latest');
		expect(await audit.one('beside-net-admin')).toMatchObject({severity: 'high', proof: 'container web: CapAdd [NET_ADMIN], CapDrop []'});
		expect(await audit.one('beside-net-raw')).toMatchObject({severity: 'low', proof: 'container other: CapAdd [], CapDrop []'});
		expect(await audit.one('outside-vpn')).toMatchObject({severity: 'medium', what: 'Container qbittorrent is a peer-to-peer client beside gluetun, and not behind it.'});
		expect((await capabilities('web')) & netAdmin).toBe(netAdmin);
		expect((await capabilities('other')) & netRaw).toBe(netRaw);
	});

	test('a secret of the environment is named, and its value never said', async () => {
		const audit = auditOn(stage());
		await web('--env', 'DB_PASSWORD_FILE=/run/secrets/x');
		expect(await audit.found('secret-in-the-open')).toEqual([]);
		await remove('web');
		await web('--env', 'DB_PASSWORD=c4n4ry-9f8e7d');
		const found = await audit.one('secret-in-the-open');
		expect(found.proof).toBe('container web: Env DB_PASSWORD=(redacted)');
		expect(JSON.stringify(found)).not.toContain('c4n4ry');
	});
});
