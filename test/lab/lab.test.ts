/** The lab itself: it comes up whole, its witness sees, and it leaves nothing behind. Needs root. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {run} from '../../lab/commands.ts';
import {takeDown} from '../../lab/down.ts';
import {openLab} from '../../lab/lab.ts';
import type {Lab} from '../../lab/lab.ts';
import {processesInside, waitUntil} from '../../lab/processes.ts';
import {nodeProgram} from '../../lab/program.ts';
import {raiseLab} from '../../lab/raise.ts';
import {isServed, wireguardSocket} from '../../lab/wireguard-socket.ts';

const namespaceList = async (): Promise<string> => (await run(['ip', 'netns', 'list'])).stdout;
const curl = (lab: Lab, url: string, ...rest: string[]) => lab.exec('client', ['curl', '-s', '-m', '60', ...rest, url]);

/** A bare tunnel, without any kill switch, from one of the lab's files. */
async function raiseBareTunnel(lab: Lab, file: string): Promise<void> {
	const {namespaces, folders} = lab.description;
	const device = lab.description.interfaces.tunnel;
	const text = readFileSync(join(folders.servers, file), 'utf8');
	const [address = '', address6] = (/^Address = (.*)$/m.exec(text)?.[1] ?? '').split(', ');
	lab.spawn('client', ['wireguard-go', '-f', device], {environment: {WG_PROCESS_FOREGROUND: '1'}});
	expect(await waitUntil(() => isServed(device))).toBe(true);
	const settings = text.split('\n').filter(line => !/^(Address|DNS)/.test(line)).join('\n');
	const configuration = join(folders.state, 'bare.conf');
	await run(['tee', configuration], {input: settings});
	await lab.exec('client', ['wg', 'setconf', device, configuration], {mustSucceed: true});
	await lab.exec('client', ['wg', 'set', device, 'fwmark', '0x77'], {mustSucceed: true});
	const lines = [
		`address add ${address} dev ${device}`,
		...(address6 === undefined ? [] : [`address add ${address6} dev ${device} nodad`]),
		`link set ${device} mtu 1420 up`,
		`route add default dev ${device} table 77`,
		'rule add not fwmark 0x77 lookup 77 pref 200',
	];
	await run(['ip', '-n', namespaces.client, '-batch', '-'], {input: lines.join('\n')});
	await run(['ip', '-n', namespaces.client, '-6', 'route', 'add', 'default', 'dev', device, 'table', '77']);
	await run(['ip', '-n', namespaces.client, '-6', 'rule', 'add', 'not', 'fwmark', '0x77', 'lookup', '77', 'pref', '200']);
}

describe('two labs side by side', () => {
	const labs: Lab[] = [];
	beforeAll(async () => {
		labs.push(...(await Promise.all([raiseLab({rpFilter: 1}), raiseLab({rpFilter: 2})])));
	});
	afterAll(async () => {
		await Promise.all(labs.map(lab => lab.down()));
	});

	test('each shows the direct address on the exit echo while nothing guards it', async () => {
		for (const lab of labs) {
			const {direct, internet} = lab.description.addresses;
			expect(JSON.parse((await curl(lab, lab.description.exitUrl)).stdout)).toEqual({ip: direct.ipv4, city: 'Lisbon', country: 'PT'});
			expect((await curl(lab, `http://[${internet.ipv6}]/ip`)).stdout.trim()).toBe(direct.ipv6);
		}
	});

	test('the reverse-path filter is what was asked for, on the uplink too', async () => {
		for (const [index, lab] of labs.entries()) {
			const names = ['all', 'default', 'eth0'].map(name => `net.ipv4.conf.${name}.rp_filter`);
			const {stdout} = await lab.exec('client', ['sysctl', '-n', ...names, 'net.ipv4.conf.all.src_valid_mark']);
			expect(stdout.split('\n')).toEqual([...Array<string>(3).fill(String(index + 1)), '1']);
		}
	});

	test('private keys are readable by root alone', () => {
		for (const {description} of labs) {
			expect(statSync(description.folders.servers).mode & 0o777).toBe(0o700);
			expect(statSync(join(description.folders.servers, 'se-sto-1.conf')).mode & 0o777).toBe(0o600);
		}
	});

	test('a lab of the same name is refused and the first one stays', async () => {
		const [lab] = labs;
		if (lab === undefined) throw new Error('no lab');
		await expect(raiseLab({id: lab.description.id})).rejects.toThrow('already there');
		expect((await curl(lab, lab.description.exitUrl)).exitCode).toBe(0);
	});
});

describe('the witness', () => {
	let lab: Lab;
	beforeAll(async () => {
		lab = await raiseLab();
	});
	afterAll(async () => {
		await lab.down();
	});

	test('sees an unprotected packet of every kind, and says what it was', async () => {
		const {internet, otherResolver, lan} = lab.description.addresses;
		const witness = await lab.observe();
		await curl(lab, lab.description.exitUrl);
		await curl(lab, `http://[${internet.ipv6}]/`);
		await lab.exec('client', ['dig', '+tries=1', '+time=1', `@${otherResolver.ipv4}`, 'example.test']);
		await curl(lab, `http://${lan.ipv4}/`);
		const seen = await witness.stop();
		expect(seen.outside.count).toBeGreaterThan(15);
		expect(seen.captured.outside).toBe(seen.outside.count);
		expect(seen.droppedByKernel).toBe(0);
		expect(seen.endpoint.count).toBe(0);
		expect(seen.outside.samples).toContainEqual({src: '172.30.7.2', dst: internet.ipv4, protocol: 'tcp', port: 80});
		expect(seen.outside.samples).toContainEqual({src: '2001:db8:30::2', dst: internet.ipv6, protocol: 'tcp', port: 80});
		expect(seen.outside.samples).toContainEqual({src: '172.30.7.2', dst: otherResolver.ipv4, protocol: 'udp', port: 53});
		expect(seen.outside.samples).toContainEqual({src: '172.30.7.2', dst: lan.ipv4, protocol: 'tcp', port: 80});
	});

	test('counts a flood to the packet, the last one included', async () => {
		const witness = await lab.observe();
		const start = await witness.mark();
		const flood = await lab.flood({streams: ['udp'], rate: 1_000});
		expect(await waitUntil(async () => (await witness.since(start)).outside.count > 1_500)).toBe(true);
		const {sent} = await flood.stop();
		const seen = await witness.stop();
		// An echo that comes when nobody listens any more is answered by the client's kernel.
		const tooLate = seen.outside.samples.filter(({error}) => error !== undefined).length;
		const udp = seen.outside.samples.filter(({protocol}) => protocol === 'udp');
		expect(seen.outside.count - tooLate).toBe(sent.udp);
		expect(seen.captured.outside - tooLate).toBe(sent.udp);
		expect(udp[0]).toMatchObject({dst: lab.description.addresses.internet.ipv4, port: 7});
	});

	test('meets every stream of the flood, and the ordinary application', async () => {
		const witness = await lab.observe();
		const start = await witness.mark();
		const flood = await lab.flood();
		const traffic = lab.traffic();
		const begun = () => readFileSync(traffic.log, 'utf8').startsWith('begun\n');
		expect(await waitUntil(async () => begun() && (await witness.since(start)).outside.count > 1_500)).toBe(true);
		await traffic.stop();
		const {sent, refused, tcp, tcpBytesEchoed} = await flood.stop();
		const {outside} = await witness.stop();
		expect(Object.values(sent).every(count => count > 10)).toBe(true);
		expect(Object.values(refused)).toEqual([0, 0, 0, 0, 0]);
		expect(tcp).toBe('open');
		expect(tcpBytesEchoed).toBeGreaterThan(0);
		expect(new Set(outside.samples.map(({protocol}) => protocol))).toEqual(new Set(['tcp', 'udp', 'icmp']));
		const seen = JSON.parse(readFileSync(traffic.log, 'utf8').replace('begun\n', '')) as Record<string, {done: number; failed: number}>;
		expect(Object.values(seen).map(({failed}) => failed)).toEqual([0, 0, 0, 0, 0, 0]);
	});

	test('the uplink goes down and comes back with its addresses, and with routes when asked', async () => {
		await lab.uplinkDown();
		expect((await curl(lab, lab.description.exitUrl)).exitCode).not.toBe(0);
		await lab.uplinkUp();
		expect((await curl(lab, lab.description.exitUrl)).exitCode).not.toBe(0);
		expect((await curl(lab, `http://${lab.description.addresses.lan.ipv4}/`)).exitCode).toBe(0);
		await lab.uplinkUp({routes: true});
		expect((await curl(lab, lab.description.exitUrl)).exitCode).toBe(0);
		expect((await curl(lab, `http://[${lab.description.addresses.internet.ipv6}]/`)).exitCode).toBe(0);
	});

	test('loses about the share of packets it was told to', async () => {
		await lab.impair({lossPercent: 30});
		// Before the first packet: what arrived while it was read would be missing.
		const before = await lab.exec('internet', ['nstat', '-asz', 'IpInDelivers']);
		const flood = await lab.flood({streams: ['udp'], rate: 1_000, seconds: 1});
		const {sent} = await flood.finished();
		const after = await lab.exec('internet', ['nstat', '-asz', 'IpInDelivers']);
		await lab.impair({lossPercent: 0});
		const received = [before, after].map(({stdout}) => Number(/IpInDelivers\s+(\d+)/.exec(stdout)?.[1]));
		const arrived = ((received[1] ?? 0) - (received[0] ?? 0)) / sent.udp;
		expect(arrived).toBeGreaterThan(0.55);
		expect(arrived).toBeLessThan(0.85);
	});

	test('covers a renamed uplink and one plugged in later', async () => {
		const {internet} = lab.description.addresses;
		const witness = await lab.observe();
		await lab.renameUplink('eth9');
		const renamed = await witness.mark();
		await curl(lab, lab.description.exitUrl);
		expect((await witness.since(renamed)).outside.count).toBeGreaterThan(3);
		await lab.plugSecondUplink();
		const plugged = await witness.mark();
		await curl(lab, `http://${internet.ipv4}/`, '--interface', 'eth1');
		const {outside} = await witness.since(plugged);
		expect(outside.samples).toContainEqual({src: '172.30.8.2', dst: internet.ipv4, protocol: 'tcp', port: 80});
		await witness.stop();
		await lab.unplugSecondUplink();
		await lab.renameUplink('eth0');
	});
});

describe.each(['se-sto-1.conf', 'se-sto-1-v6.conf', 'ch-zrh-1.conf', 'ch-zrh-2.conf'])('a tunnel from %s', file => {
	let lab: Lab;
	beforeAll(async () => {
		lab = await raiseLab();
		await raiseBareTunnel(lab, file);
	});
	afterAll(async () => {
		await lab.down();
	});

	test('leaves through its own city, is named endpoint by the witness, and meets the weather', async () => {
		const {exitUrl, servers, addresses} = lab.description;
		const server = servers.find(({city}) => city === (file.startsWith('se') ? 'Stockholm' : 'Zurich'));
		const witness = await lab.observe();
		const exit = await curl(lab, exitUrl);
		expect(JSON.parse(exit.stdout)).toEqual({ip: server?.exit.ipv4, city: server?.city, country: server?.country});
		if (file !== 'ch-zrh-1.conf') {
			expect((await curl(lab, `http://[${addresses.internet.ipv6}]/ip`)).stdout.trim()).toBe(server?.exit.ipv6);
		}
		const resolved = await lab.exec('client', ['dig', '+short', `@${server?.gateway.ipv4}`, 'whoami.vks.test']);
		expect(resolved.stdout).toBe(server?.exit.ipv4);
		expect((await lab.exec('client', ['dig', '+short', '+tcp', `@${server?.gateway.ipv4}`, 'exit.vks.test', 'AAAA'])).stdout).toBe(addresses.internet.ipv6);

		await lab.impair({delayMs: 60, jitterMs: 5});
		const slow = await curl(lab, exitUrl, '-o', '/dev/null', '-w', '%{time_connect} %{http_code}');
		const [connect, status] = slow.stdout.split(' ').map(Number);
		expect(status).toBe(200);
		expect(connect).toBeGreaterThan(0.1);
		await lab.impair({delayMs: 0, jitterMs: 0});
		// The best of some: a busy machine is slow now and then, and weather is every time.
		const quick: number[] = [];
		for (let round = 0; round < 5; round++) {
			const {exitCode: left, stdout} = await curl(lab, exitUrl, '-o', '/dev/null', '-w', '%{time_connect}');
			expect(left).toBe(0);
			quick.push(Number(stdout));
		}
		expect(Math.min(...quick)).toBeLessThan(0.1);

		await lab.blackhole(file.startsWith('se') ? 's1' : 's2');
		expect((await curl(lab, exitUrl, '-m', '1')).exitCode).toBe(28);
		await lab.restore(file.startsWith('se') ? 's1' : 's2');
		expect((await curl(lab, exitUrl)).exitCode).toBe(0);

		const seen = await witness.stop();
		expect(seen.outside).toEqual({count: 0, samples: []});
		expect(seen.captured.outside).toBe(0);
		expect(seen.endpoint.count).toBeGreaterThan(30);
		expect((await lab.exec('client', ['wg', 'show', lab.description.interfaces.tunnel, 'latest-handshakes'])).stdout).not.toMatch(/\t0$/);
	});
});

describe('down', () => {
	test('leaves nothing, may be repeated, and works from another handle', async () => {
		const lab = await raiseLab();
		const {id, namespaces, folders} = lab.description;
		const stray = lab.spawn('peer', ['sleep', '600']);
		await openLab(id).down();
		expect(await namespaceList()).not.toContain(id);
		expect(processesInside(Object.values(namespaces))).toEqual([]);
		expect(existsSync(`/proc/${stray.pid}`)).toBe(false);
		expect(existsSync(folders.state)).toBe(false);
		expect(existsSync(wireguardSocket(`w${id}s1`))).toBe(false);
		await lab.down();
	});

	test.each([60, 160, 260])('Ctrl-C while it is raised (%i ms after its folder appears) leaves nothing', async afterMs => {
		const id = `i${String(afterMs).padStart(3, '0')}`;
		const [program = '', ...rest] = nodeProgram('cli.ts', 'up', '--id', id);
		const up = spawn(program, rest, {stdio: 'ignore'});
		const ended = once(up, 'exit');
		expect(await waitUntil(() => existsSync(`/run/vks-lab/${id}`))).toBe(true);
		await sleep(afterMs);
		up.kill('SIGINT');
		const [code] = await ended;
		// Too late to interrupt is fine: then it is simply up.
		if (code === 0) await takeDown(id);
		expect([0, 1]).toContain(code);
		expect(await namespaceList()).not.toContain(`vks-${id}`);
		expect(existsSync(`/run/vks-lab/${id}`)).toBe(false);
	});

	test('cleans up a lab that was interrupted half way', async () => {
		const interrupted = new AbortController();
		const raising = raiseLab({id: 'half', signal: interrupted.signal});
		interrupted.abort(new Error('enough'));
		await expect(raising).rejects.toThrow('enough');
		expect(await namespaceList()).not.toContain('vks-half');
		expect(existsSync('/run/vks-lab/half')).toBe(false);
		await takeDown('half');
	});
});
