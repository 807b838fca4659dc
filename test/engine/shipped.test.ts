/** The other compose files and ways in: OpenVPN with secrets in files, a provider on a read-only root, the doctor, a console from outside. */
import {cpSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {images} from '../../lab/engine/images.ts';
import {loginOf} from '../../lab/openvpn.ts';
import {waitUntil} from '../../lab/processes.ts';
import {repositoryFolder} from '../../lab/program.ts';
import {prepareProviders} from '../../lab/providers.ts';
import {shows} from '../helpers/console-stage.ts';
import {answeredAfter, labEnvironment, standFor, vpnArguments} from '../helpers/engine-acts.ts';
import {engineStage} from '../helpers/engine-stage.ts';
import {namedHosts, standNames} from '../helpers/named-world.ts';
import {openTerminal} from '../helpers/terminal.ts';

const viaStockholm = '198.51.100.77';

describe('with servers of every kind', () => {
	const stage = engineStage({openvpn: true});
	const secret = (name: string, text: string): void => {
		mkdirSync(join(stage().project, 'secrets'), {mode: 0o700, recursive: true});
		writeFileSync(join(stage().project, 'secrets', name), text, {mode: 0o600});
	};

	test('openvpn.yaml: user and password from files that neither the engine nor the environment shows', async () => {
		const {user, password} = loginOf(stage().lab);
		secret('openvpn_user', user);
		secret('openvpn_password', password);
		await standFor(stage().engine, 'lscr.io/linuxserver/qbittorrent:latest');
		stage().useCompose('openvpn.yaml', {services: {vpn: {environment: {...labEnvironment(stage().lab), VKS_SERVER: 'se-ovpn-tcp'}}}});
		const began = await stage().witness.mark();
		await stage().compose(['up', '--detach']);
		const first = await stage().until('it was answered by the tunnel', ({lastExit, echoes}) => echoes > 10 && lastExit !== null);
		expect(first.lastExit).toContain(viaStockholm);
		expect((await stage().vks('vpn', 'reconnect')).exitCode).toBe(0);
		await answeredAfter(stage(), first);
		const seen = [
			(await stage().engine.docker(['inspect', 'vpn'])).stdout,
			(await stage().engine.docker(['exec', 'vpn', 'sh', '-c', 'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline | tr "\\0" "\\n"'])).stdout,
			Object.values(await stage().engine.docker(['logs', 'vpn'])).join('\n'),
		];
		for (const text of seen) expect(text.includes(password) || text.includes(user)).toBe(false);
		await stage().compose(['down', '--volumes']);
		expect(await stage().leaked(began)).toBe(0);
	});

	test('nordvpn-read-only.yaml: from a token in a file, on a root that nobody can write to', async () => {
		const providers = await prepareProviders(stage().lab);
		await providers.start();
		secret('nordvpn_token', providers.token);
		writeFileSync(join(stage().project, 'resolv.conf'), '');
		const authority = '/run/authority.pem';
		const {NODE_EXTRA_CA_CERTS: file = '', ...addresses} = providers.environment;
		cpSync(file, join(stage().project, 'authority.pem'));
		await standFor(stage().engine, 'curlimages/curl:latest');
		stage().useCompose('nordvpn-read-only.yaml', {
			services: {
				vpn: {
					environment: {VKS_EXIT_URL: labEnvironment(stage().lab)['VKS_EXIT_URL'], VKS_DRILL_EVERY: 'off', VKS_DNS: '10.64.1.1', ...addresses, NODE_EXTRA_CA_CERTS: authority, COUNTRY: 'Sweden'},
					volumes: [`./authority.pem:${authority}:ro`], ports: ['127.0.0.1:8080:8080'],
				},
				application: {command: ['node', '/application.mjs']},
			},
		});
		const began = await stage().witness.mark();
		await stage().compose(['up', '--detach']);
		await stage().connected();
		await stage().says(/^CONNECTED .*PROVEN/);
		await stage().compose(['down', '--volumes']);
		const {outside} = await stage().witness.since(began);
		expect([...new Set(outside.samples.map(({dst, protocol, port}) => `${protocol} ${dst} ${port}`))]).toEqual(['tcp 203.0.113.60 443']);
		expect(providers.requests().map(({status}) => status)).toEqual(expect.arrayContaining([200]));
	});
});

describe('egress by name', () => {
	const stage = engineStage();
	const {resolver, api, other} = namedHosts;

	test('VKS_EGRESS in the image: nginx runs as a user of its own, an allowed name is reached, another is not, and nothing leaves outside', async () => {
		await standNames(stage().lab, {'api.test.example': [api], 'evil.example': [other]});
		const settings = ['--env', `VKS_DNS=${resolver}`, '--env', 'VKS_EGRESS=uid 1000 api.test.example'];
		const as = async (uid: number, ...words: readonly string[]): Promise<string> =>
			(await stage().engine.docker(['run', '--rm', '--network', 'container:vpn', '--user', String(uid), '--volume', `${join(repositoryFolder, 'test/helpers/speak.ts')}:/speak.ts:ro`, images.application, 'node', '--disable-warning=ExperimentalWarning', '/speak.ts', '--patient', ...words], {mustSucceed: false})).stdout.trim();
		const began = await stage().witness.mark();

		await stage().engine.docker(['run', '--detach', '--name', 'vpn', ...vpnArguments(stage()), ...settings, images.vks]);
		await stage().connected();
		await stage().says(/cap_add: \[SETUID, SETGID, KILL\]/);
		expect(await waitUntil(async () => (await as(1000, 'ask', resolver, 'api.test.example')) === JSON.stringify([api]))).toBe(true);
		expect(await as(1000, 'tls', api, '443', 'api.test.example')).toBe('ECONNREFUSED');
		await stage().clear();

		await stage().engine.docker(['run', '--detach', '--name', 'vpn', ...vpnArguments(stage()), ...['SETUID', 'SETGID', 'KILL'].flatMap(name => ['--cap-add', name]), ...settings, images.vks]);
		await stage().connected();
		expect(await waitUntil(async () => (await as(1000, 'ask', resolver, 'api.test.example')) === JSON.stringify([api]))).toBe(true);
		expect(await waitUntil(async () => (await as(1000, 'tls', api, '443', 'api.test.example')) === `${api} api.test.example ${viaStockholm}`)).toBe(true);
		expect(await as(1000, 'ask', resolver, 'evil.example')).toBe('ENOTFOUND');
		expect(await as(1000, 'tls', api, '443', 'evil.example')).not.toContain('203.0.113');
		expect(await as(1000, 'tls', other, '443', 'evil.example')).toBe('EHOSTUNREACH');
		expect(await as(1001, 'tls', other, '443', 'evil.example')).toBe(`${other} evil.example ${viaStockholm}`);
		expect((await stage().engine.docker(['exec', 'vpn', 'sh', '-c', 'for p in /proc/[0-9]*; do grep -q "^Name:.nginx" $p/status && grep -E "^(Uid|CapEff):" $p/status; done; true'])).stdout.trim().split('\n').map(line => line.split(/\s+/)[1])).toEqual(['64530', '0000000000000000', '64530', '0000000000000000']);
		await stage().engine.docker(['restart', 'vpn']);
		await stage().connected();
		expect(await stage().leaked(began)).toBe(0);
	});
});

describe('from outside the container', () => {
	const stage = engineStage();

	test('vks-tui --container reaches it through the engine, with nothing that listens', async () => {
		await stage().engine.docker(['run', '--detach', '--name', 'vpn', ...vpnArguments(stage()), images.vks]);
		await stage().connected();
		const {commands} = stage().lab.description;
		const session = openTerminal([...commands.console, '--container', 'vpn'], {columns: 100, rows: 30, environment: {...stage().engine.environment}});
		try {
			await session.until('the first frame', shows('CONNECTED', 'PROVEN', 'vpn'));
			session.type('L');
			await session.until('lockdown', shows('LOCKDOWN', 'PROVEN'));
			await stage().says(/^LOCKDOWN .*PROVEN/);
			session.type('q');
			expect((await session.exited).exitCode).toBe(0);
		} finally {
			session.kill('SIGKILL');
		}
	});

	test('vks doctor asks the engine, if its socket is mounted: neighbours, orphans, ports that are published and refused', async () => {
		const socket = stage().engine.environment['DOCKER_HOST']?.replace('unix://', '') ?? '';
		await stage().engine.docker(['run', '--detach', '--name', 'vpn', ...vpnArguments(stage()), '--env', 'VKS_INBOUND_PORTS=9000/tcp', '--volume', `${socket}:/var/run/docker.sock`, images.vks]);
		await stage().connected();
		await stage().engine.docker(['run', '--detach', '--name', 'early', '--network', 'container:vpn', images.application]);
		await stage().engine.docker(['restart', 'vpn']);
		await stage().connected();
		await stage().engine.docker(['run', '--detach', '--name', 'late', '--network', 'container:vpn', '--cap-add', 'NET_ADMIN', images.application]);
		const {stdout} = await stage().vks('vpn', 'doctor');
		expect(stdout).toMatch(/early is in the network of a container which was started again later/);
		expect(stdout).toContain('docker restart early');
		expect(stdout).toMatch(/late shares this network and has NET_ADMIN/);
		expect(stdout).toContain('Published, and refused by vks: 8080/tcp');
	});
});
