/**
 * The audit beside the rules that newer engines write, as moby's own tests recorded them and as a kernel takes them: what is open is
 * shown by a neighbour's packets, and so is that the printed fix closes it, and what goes on.
 */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {ipBatch, loadRuleset} from '../../lab/commands.ts';
import type {Lab} from '../../lab/lab.ts';
import {waitUntil, type Running} from '../../lab/processes.ts';
import {nodeExecutable} from '../../lab/program.ts';
import {raiseLab} from '../../lab/raise.ts';
import {auditOn, type Audit} from '../helpers/audit-acts.ts';
import {standInEngine, type Answers} from '../helpers/engine-stand-in.ts';

/** Answers on 80, published or not, and on 81; what it asks itself is answered through the host. */
const program = `
const {createServer} = require('node:http');
for (const port of [80, 81]) createServer(async (request, response) => {
	if (request.url !== '/out') return response.end('here');
	const answer = await fetch('http://203.0.113.80/', {signal: AbortSignal.timeout(3000)}).catch(error => error);
	response.end(answer.status === 200 ? 'answered' : String(answer));
}).listen(port);`;
const [container, bridge] = ['192.0.2.2', 'bridge1'];

describe('newer engines', () => {
	let lab: Lab;
	let box: Running;
	const sockets = {made: 0};
	const client = (...argv: readonly string[]): Promise<string> => lab.exec('client', argv, {mustSucceed: true}).then(({stdout}) => stdout);
	const listing = async (): Promise<string> => {
		const saved = (await Promise.all(['nft', 'legacy'].map(backend => client(`iptables-${backend}-save`)))).join('').replaceAll(/^#.*\n?/gm, '').replaceAll(/\[\d+:\d+\]/g, '');
		return `${saved}${await client('nft', '--handle', '--stateless', 'list', 'ruleset')}`;
	};

	beforeAll(async () => {
		lab = await raiseLab();
		box = lab.spawn('client', ['unshare', '--net', nodeExecutable(), '-e', `setTimeout(() => {${program}}, 0)`], {name: 'container'});
		await waitUntil(async () => (await lab.exec('client', ['nsenter', `--net=/proc/${box.pid}/ns/net`, 'ip', '-brief', 'link'])).stdout.trim().split('\n').length === 1);
		await ipBatch(lab.description.namespaces.client, [
			'link add docker0 type bridge', `link add ${bridge} type bridge`, `address add 192.0.2.1/24 dev ${bridge}`, `link add veth0 type veth peer name eth0 netns ${box.pid}`,
			`link set veth0 master ${bridge}`, ...['docker0', bridge, 'veth0'].map(link => `link set ${link} up`),
		]);
		for (const argv of [['address', 'add', `${container}/24`, 'dev', 'eth0'], ['link', 'set', 'eth0', 'up'], ['link', 'set', 'lo', 'up'], ['route', 'add', 'default', 'via', '192.0.2.1']]) await client('nsenter', `--net=/proc/${box.pid}/ns/net`, 'ip', ...argv);
		await client('sysctl', '-qw', 'net.ipv4.ip_forward=1');
		await lab.exec('peer', ['ip', 'route', 'add', '192.0.2.0/24', 'via', lab.description.addresses.client.ipv4], {mustSucceed: true});
	});
	afterAll(async () => {
		await box.stop();
		await lab.down();
	});

	type Ports = Readonly<Record<string, readonly {readonly HostIp: string; readonly HostPort: string}[]>>;
	const recorded = (name: string): string => readFileSync(join(import.meta.dirname, '../fixtures/rules/moby', name), 'utf8');

	async function beside(scenario: string, ports: Ports): Promise<Audit> {
		await client('nft', 'flush', 'ruleset');
		const text = recorded(`29.7.2/${scenario}.nft`);
		// `dstnat` is -100; nft before 1.0.8 knows that name for prerouting alone.
		await loadRuleset(lab.description.namespaces.client, text.replace('hook output priority dstnat', 'hook output priority -100'));
		return auditBeside({version: '29.7.2', firewall: 'nftables'}, ports);
	}

	async function auditBeside(engine: Pick<Answers, 'version' | 'firewall'>, ports: Ports, backend: 'nft' | 'legacy' = 'nft'): Promise<Audit> {
		const socket = join(lab.description.folders.state, `${String((sockets.made += 1))}.sock`);
		await standInEngine(socket, {...engine, container: {name: 'web', ipv4: container, ports}, bridge});
		const audit = auditOn({lab, engine: {environment: {DOCKER_HOST: `unix://${socket}`}}}, backend);
		// Not before it listens.
		expect(await waitUntil(async () => (await lab.exec('client', ['curl', '--silent', '--max-time', '2', `http://${container}/`])).stdout === 'here')).toBe(true);
		return audit;
	}
	const isAnswered = async (): Promise<boolean> => (await lab.exec('client', ['curl', '--silent', '--max-time', '5', `http://${container}/out`])).stdout === 'answered';

	async function closesAndRewaitUntil(audit: Audit, id: string, reaches: () => Promise<boolean>): Promise<void> {
		const before = await listing();
		const found = await audit.one(id);
		expect(await waitUntil(reaches)).toBe(true);
		await audit.obey(found.commands);
		expect(await reaches()).toBe(false);
		expect(await audit.found(id)).toEqual([]);
		expect(await waitUntil(isAnswered)).toBe(true);
		await audit.obey(found.undo);
		expect(await listing()).toBe(before);
		expect(await waitUntil(reaches)).toBe(true);
	}

	const published = {'80/tcp': [{HostIp: '0.0.0.0', HostPort: '8080'}]};

	test('a published port is open; the container\'s own address is not, nor what is published to this host alone', async () => {
		const audit = await beside('usernet-portmap', published);
		expect([await audit.reaches(container, 80), await audit.reaches(container, 81)]).toEqual([false, false]);
		for (const id of ['bridge-open', 'localhost-not-local', 'docker-user-missing']) expect(await audit.found(id)).toEqual([]);
		await closesAndRewaitUntil(audit, 'port-published', () => audit.reaches());
		const local = await beside('usernet-portmap-lo', {'80/tcp': [{HostIp: '127.0.0.1', HostPort: '8080'}]});
		expect([await local.reaches(), await local.reaches(container, 80)]).toEqual([false, false]);
		for (const id of ['port-published', 'bridge-open', 'localhost-not-local']) expect(await local.found(id)).toEqual([]);
	});

	test('a network that is nat-unprotected: every port of the container is open to who routes to it', async () => {
		const audit = await beside('usernet-portmap-natunprot', published);
		await closesAndRewaitUntil(audit, 'bridge-open', async () => (await audit.reaches(container, 80)) || audit.reaches(container, 81));
		// What was published is let in still.
		const {commands, undo} = await audit.one('bridge-open');
		await audit.obey(commands);
		expect(await waitUntil(audit.reaches)).toBe(true);
		await audit.obey(undo);
	});

	test('past an input chain that refuses: the port that it does not let in', async () => {
		const audit = await beside('usernet-portmap', published);
		await loadRuleset(lab.description.namespaces.client, 'table inet filter { chain input { type filter hook input priority 0; policy drop; iifname "lo" accept; ct state established,related accept; tcp dport 22 accept; icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } accept; }; }');
		expect(await audit.one('port-past-firewall')).toMatchObject({severity: 'high', what: 'inet filter input does not let others in to port 8080/tcp, and the engine does: to container web.'});
		await closesAndRewaitUntil(audit, 'port-past-firewall', () => audit.reaches());
	});

	test('a network in routed mode: its published port is open by the container\'s own address', async () => {
		const audit = await beside('usernet-portmap-routed', {'80/tcp': [{HostIp: '', HostPort: ''}]});
		expect([await audit.reaches(), await waitUntil(() => audit.reaches(container, 80)), await audit.reaches(container, 81)]).toEqual([false, true, false]);
		expect(await audit.one('port-published')).toMatchObject({severity: 'medium', commands: []});
	});

	test.each(['nft', 'legacy'] as const)('Docker 28.5.2 by iptables-%s: what is published is open and closed by DOCKER-USER, what is not is refused', async backend => {
		await client('nft', 'flush', 'ruleset');
		const text = recorded('28.5.2/usernet-portmap.txt').replaceAll(/^-P (\S+) (\S+)$/gm, ':$1 $2 [0:0]').replaceAll(/^-N (\S+)$/gm, ':$1 - [0:0]');
		await lab.exec('client', [`iptables-${backend}-restore`], {input: text, mustSucceed: true});
		const audit = await auditBeside({version: '28.5.2', firewall: 'iptables'}, published, backend);
		expect([await audit.reaches(container, 80), await audit.reaches(container, 81)]).toEqual([false, false]);
		for (const id of ['bridge-open', 'docker-user-missing', 'docker-user-not-asked', 'two-backends']) expect(await audit.found(id)).toEqual([]);
		expect((await audit.one('port-published')).commands[0]?.slice(0, 3)).toEqual([`iptables-${backend}`, '-I', 'DOCKER-USER']);
		await closesAndRewaitUntil(audit, 'port-published', () => audit.reaches());
	});
});
