/**
 * The audit beside a real engine: each fault is absent, is built, is found with its proof, is closed by what was printed,
 * as a neighbour's connections show, and what was to go on goes on. Then the rules are put back byte for byte.
 */
import {describe, expect, onTestFinished, test} from 'vitest';
import type {Ran} from '../../lab/commands.ts';
import {images} from '../../lab/engine/images.ts';
import {auditOn} from '../helpers/audit-acts.ts';
import {closesAndReopens, goesOn} from '../helpers/audit-fault.ts';
import {engineStage} from '../helpers/engine-stage.ts';

const stage = engineStage();

const start = (name: string, ...argv: readonly string[]): Promise<Ran> => stage().engine.docker(['run', '--detach', '--name', name, ...argv]);
const remove = (name: string): Promise<Ran> => stage().engine.docker(['rm', '--force', name]);
const web = (...argv: readonly string[]): Promise<Ran> => start('web', ...argv, images.application);

describe('what the host\'s rules let in', () => {
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
		await expect(audit.rules('iptables-nft', '-I', 'DOCKER-USER', '1', ...refuse)).rejects.toThrow('DOCKER-USER');
		expect(await audit.reaches()).toBe(true);
		await audit.obey(found.commands);
		expect(await audit.found('docker-user-missing')).toEqual([]);
		expect(await audit.saved()).toBe(before);
		// The chain by itself closes nothing: what was served goes on, and a rule in it is asked.
		expect(await audit.reaches()).toBe(true);
		await audit.rules('iptables-nft', '-I', 'DOCKER-USER', '1', ...refuse);
		expect(await audit.reaches()).toBe(false);
		await goesOn(stage());
		await audit.rules('iptables-nft', '-D', 'DOCKER-USER', '1');
		await audit.obey(found.undo);
		expect(await audit.saved()).toBe(faulty);
		expect(await audit.reaches()).toBe(true);
	});

	test('a FORWARD that accepts: every port of a container is open to who routes to it', async () => {
		const audit = auditOn(stage());
		await audit.keepRules();
		await web();
		await stage().lab.exec('peer', ['ip', 'route', 'replace', '172.17.0.0/16', 'via', stage().lab.description.addresses.client.ipv4], {mustSucceed: true});
		const address = (await stage().engine.docker(['inspect', '--format', '{{.NetworkSettings.IPAddress}}', 'web'])).stdout.trim();
		await stage().lab.exec('client', ['curl', '--silent', '--retry', '20', '--retry-delay', '1', '--retry-connrefused', '--output', '/dev/null', `http://${address}:8080/`], {mustSucceed: true});
		expect(await audit.found('bridge-open')).toEqual([]);
		expect(await audit.reaches(address)).toBe(false);

		await audit.rules('iptables-nft', '-P', 'FORWARD', 'ACCEPT');
		const before = await audit.saved();
		const found = await audit.one('bridge-open');
		expect(found).toMatchObject({severity: 'medium', proof: `container web has ${address}; FORWARD accepts what goes to its port 9, which is not published`});
		expect(await audit.reaches(address)).toBe(true);
		await audit.obey(found.commands);
		expect(await audit.reaches(address)).toBe(false);
		expect(await audit.found('bridge-open')).toEqual([]);
		// Its own connections are answered still.
		expect((await stage().engine.docker(['exec', 'web', 'node', '-e', 'fetch("http://203.0.113.80/").then(answer => console.log(answer.status))'])).stdout.trim()).toBe('200');
		await audit.obey(found.undo);
		expect(await audit.saved()).toBe(before);
		expect(await audit.reaches(address)).toBe(true);
	});

	test('rules written with the other program: nobody asks them', async () => {
		const audit = auditOn(stage());
		await audit.keepRules();
		await web('--publish', '0.0.0.0:8080:8080');
		await goesOn(stage());
		expect(await audit.found('two-backends')).toEqual([]);
		const legacy = async (): Promise<string> => (await stage().lab.exec('client', ['iptables-legacy-save', '-t', 'filter'])).stdout.replaceAll(/^#.*\n?/gm, '').replaceAll(/\[\d+:\d+\]/g, '[0:0]');
		onTestFinished(async () => void (await Promise.all([['-F', 'DOCKER-USER'], ['-X', 'DOCKER-USER']].map(argv => stage().lab.exec('client', ['iptables-legacy', ...argv])))));

		await audit.rules('iptables-legacy', '-N', 'DOCKER-USER');
		await audit.rules('iptables-legacy', '-A', 'DOCKER-USER', ...refuse);
		const faulty = await legacy();
		const found = await audit.one('two-backends');
		expect(found).toMatchObject({severity: 'medium', proof: 'iptables-legacy-save: `:DOCKER-USER` and no DOCKER; iptables-nft-save: `:DOCKER`', fix: expect.stringContaining('Write them with iptables-nft')});
		expect(await audit.reaches()).toBe(true);

		await audit.rules('iptables-nft', '-I', 'DOCKER-USER', '1', ...refuse);
		for (const argv of [['-F', 'DOCKER-USER'], ['-X', 'DOCKER-USER']]) await audit.rules('iptables-legacy', ...argv);
		expect(await audit.found('two-backends')).toEqual([]);
		expect(await audit.reaches()).toBe(false);
		await goesOn(stage());

		await audit.rules('iptables-nft', '-D', 'DOCKER-USER', '1');
		await audit.rules('iptables-legacy', '-N', 'DOCKER-USER');
		await audit.rules('iptables-legacy', '-A', 'DOCKER-USER', ...refuse);
		expect(await legacy()).toBe(faulty);
		expect(await audit.reaches()).toBe(true);
	});

	test('docker-proxy: over IPv6 the host\'s INPUT decides, and DOCKER-USER is not asked', async () => {
		const audit = auditOn(stage());
		await audit.keepRules();
		const {ipv4, ipv6} = stage().lab.description.addresses.client;
		await web('--publish', '8080:8080');
		await goesOn(stage());
		expect((await audit.one('userland-proxy')).proof).toBe('2 `docker-proxy` run');
		await audit.rules('iptables-nft', '-I', 'DOCKER-USER', '1', ...refuse);
		expect([await audit.reaches(ipv4), await audit.reaches(ipv6)]).toEqual([false, true]);
	});
});
