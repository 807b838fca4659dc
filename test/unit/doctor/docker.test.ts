/** The container engine's socket: what is asked of it, and what it may answer. */
import {createServer} from 'node:http';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {askDocker, dockerAt, ownIdIn, readDocker} from '../../../src/doctor/docker.ts';
import {capabilitiesIn} from '../../../src/doctor/gather.ts';
import {examine} from '../../../src/doctor/examine.ts';
import {fail} from '../../../src/result.ts';
import {temporaryFolder} from '../control/harness.ts';
import {goodFacts} from './facts.ts';

const id = (letter: string): string => letter.repeat(64);
const described = (letter: string, name: string, host: object): object => ({Id: id(letter), Name: `/${name}`, State: {Running: true, StartedAt: '2026-03-01T11:00:00.123456789Z', Pid: 1}, HostConfig: {NetworkMode: 'bridge', ...host}, Config: {Env: ['TOKEN=canary']}});

async function engine(answers: Readonly<Record<string, unknown>>): Promise<{readonly path: string; readonly asked: readonly string[]}> {
	const path = join(temporaryFolder(), 'd.sock');
	const asked: string[] = [];
	const server = createServer((request, response) => {
		asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
		const answer = answers[request.url ?? ''];
		response.writeHead(answer === undefined ? 404 : 200).end(typeof answer === 'string' ? answer : JSON.stringify(answer ?? {message: 'no such container'}));
	});
	await new Promise<void>(resolve => server.listen(path, resolve));
	onTestFinished(() => void server.close());
	return {path, asked};
}

test('containers are read, only by GET, and nothing of them is kept that is not needed', async () => {
	const {path, asked} = await engine({
		'/containers/json?all=1': [{Id: id('a'), Names: ['/vpn']}, {Id: id('b')}, {Id: id('c')}],
		[`/containers/${id('a')}/json`]: described('a', 'vpn', {CapAdd: ['CAP_NET_ADMIN'], CapDrop: ['ALL'], PortBindings: {'8080/tcp': [{HostIp: '', HostPort: '8080'}], '9/udp': null}}),
		[`/containers/${id('b')}/json`]: described('b', 'web', {NetworkMode: `container:${id('a')}`, CapAdd: null, PortBindings: {}}),
	});
	const docker = await readDocker(dockerAt(path), id('a'));
	expect(docker).toEqual({ok: true, value: {
		own: {id: id('a'), name: 'vpn', running: true, startedAtMs: Date.UTC(2026, 2, 1, 11, 0, 0, 123), networkMode: 'bridge', privileged: false, capAdd: ['NET_ADMIN'], capDrop: ['ALL'], published: ['8080/tcp']},
		others: [{id: id('b'), name: 'web', running: true, startedAtMs: Date.UTC(2026, 2, 1, 11, 0, 0, 123), networkMode: `container:${id('a')}`, privileged: false, capAdd: [], capDrop: [], published: []}],
	}});
	expect(asked.every(each => each.startsWith('GET /containers/'))).toBe(true);
	expect(JSON.stringify(docker)).not.toContain('canary');
});

test.each([
	['is no JSON', 'nothing', 'it does not answer in JSON'],
	['is another JSON', {message: 'x'}, 'it answers in another form than Docker does'],
	['is an error', undefined, 'it answered with status 404'],
])('an answer that %s', async (_, answer, why) => {
	const {path} = await engine({'/containers/json?all=1': answer});
	expect(await readDocker(dockerAt(path), null)).toEqual(fail(why));
});

test('nobody there', async () => {
	expect(await readDocker(dockerAt('/nowhere/docker.sock'), null)).toEqual(fail('ENOENT'));
});

test('which container this is stands in the mounts of its own files', () => {
	expect(ownIdIn(`812 799 254:1 /var/lib/docker/containers/${id('e')}/hostname /etc/hostname rw - ext4 /dev/vda1 rw\n`)).toBe(id('e'));
	expect(ownIdIn('812 799 0:5 / /proc rw - proc proc rw\n')).toBeNull();
});

test('capabilities are read from the line for those in effect', () => {
	expect(capabilitiesIn('CapPrm:\t0000000000000000\nCapEff:\t000001ffffffffff\n')).toBe(0x1ffffffffffn);
	expect(capabilitiesIn('Name:\tx\n')).toBeNull();
});

test('a path that was named and is no socket is told, and one that is there is asked', async () => {
	expect(await askDocker('/nowhere/docker.sock', null)).toEqual(fail('/nowhere/docker.sock is no socket'));
	expect(await askDocker('/proc/self/status', null)).toEqual(fail('/proc/self/status is no socket'));
	const {path} = await engine({'/containers/json?all=1': []});
	expect(await askDocker(path, null)).toEqual({ok: true, value: {own: null, others: []}});
	const said = examine(goodFacts({docker: fail('/nowhere/docker.sock is no socket')})).notLooked.map(({why}) => why);
	expect(said).toContain('the container engine does not answer: /nowhere/docker.sock is no socket');
});
