/** Name look-ups: which ways out are refused, and who decides what resolv.conf says. Needs root. */
import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Lab} from '../../lab/lab.ts';
import {waitUntil} from '../../lab/processes.ts';
import {nodeExecutable} from '../../lab/program.ts';
import {raiseLab} from '../../lab/raise.ts';
import type {Witness} from '../../lab/witness/witness.ts';
import {isConnected, startDaemon, type Daemon} from '../helpers/daemon.ts';

/** Stands where Docker's resolver does, and says so. */
const dockers = 'const s = require("node:dgram").createSocket("udp4"); s.on("message", (_, {port, address}) => s.send("here", port, address)); s.bind(53, "127.0.0.11")';
const ask = `const s = require("node:dgram").createSocket("udp4"); s.connect(53, "127.0.0.11", () => s.send("where?", error => error && end(error.code))); s.on("message", end); s.on("error", ({code}) => end(code)); setTimeout(end, 30_000, "silence"); function end(what) { console.log(String(what)); process.exit() }`;

describe('beside a daemon', () => {
	let lab: Lab;
	let daemon: Daemon;
	let witness: Witness;
	let before: string;
	let strangers: string;
	const path = (): string => lab.description.folders.resolvConf;
	const askDocker = async (): Promise<string> => (await lab.exec('client', [nodeExecutable(), '-e', ask], {mustSucceed: true})).stdout.trim();
	const overTls = (seconds: number) => lab.exec('client', ['curl', '-s', '-m', String(seconds), `telnet://${lab.description.addresses.otherResolver.ipv4}:853`]);
	const counted = (id: string): number => daemon.snapshot().rules.filter(rule => rule.id === id).reduce((sum, {packets}) => sum + packets, 0);

	beforeAll(async () => {
		lab = await raiseLab({});
		witness = await lab.observe();
		before = readFileSync(path(), 'utf8');
		strangers = `nameserver ${lab.description.addresses.otherResolver.ipv4}\n`;
	});
	afterAll(async () => {
		await witness.stop();
		await lab.down();
	});

	test('DNS over TLS and Docker\'s resolver answer without it, and are refused at once with it', async () => {
		lab.spawn('client', [nodeExecutable(), '-e', dockers]);
		expect(await waitUntil(async () => (await askDocker()) === 'here'), 'it answers where nothing refuses').toBe(true);
		const open = await witness.mark();
		await overTls(3);
		expect((await witness.since(open)).outside.count, 'the witness sees DNS over TLS').toBeGreaterThan(0);

		daemon = await startDaemon(lab, {environment: {VKS_SERVER: 'se-sto-1'}});
		await daemon.until('it was connected', isConnected);
		const [tls, docker] = [counted('refuse-dns'), counted('refuse-docker-dns')];
		const closed = await witness.mark();
		// 7: refused, not the 28 of a timeout.
		expect((await overTls(30)).exitCode).toBe(7);
		expect(['ECONNREFUSED', 'EPERM']).toContain(await askDocker());
		await daemon.until('the rules counted them', () => counted('refuse-dns') > tls && counted('refuse-docker-dns') > docker);
		expect((await witness.since(closed)).outside).toMatchObject({count: 0});
	});

	test.for<[string, () => void, () => string]>([
		['edited', () => writeFileSync(path(), strangers), () => strangers.trim().replace('nameserver', 'names')],
		['deleted', () => rmSync(path()), () => 'is not there'],
	])('resolv.conf that is %s is put back, counted and told', async ([, spoil, words]) => {
		const {tamper, tunnel} = daemon.snapshot();
		spoil();
		const now = await daemon.until('it was seen', snapshot => snapshot.tamper.count > tamper.count);
		expect(now.tamper.last).toBe(`resolv.conf ${words()}`);
		expect(now.layers.find(({name}) => name === 'dns')?.state).toBe('held');
		expect(readFileSync(path(), 'utf8').match(/^nameserver .*/gm)).toEqual(tunnel?.resolvers.map(address => `nameserver ${address}`));
		expect(daemon.journal().some(({text}) => text.includes(`put back: it ${words()}`))).toBe(true);
	});

	test('who writes it in a loop is met with pauses, and it is right when he has gone', async () => {
		const fighter = lab.spawn('client', ['sh', '-c', `while :; do echo '${strangers.trim()}' > ${path()}; sleep 0.1; done`]);
		try {
			expect(await waitUntil(async () => daemon.journal().some(({text}) => text.startsWith('Something fights us: resolv.conf')))).toBe(true);
			await daemon.until('the layer showed it', ({layers}) => layers.some(({name, state}) => name === 'dns' && state === 'missing'));
			expect(daemon.snapshot().proof.kind).toBe('proven');
		} finally {
			await fighter.stop('SIGKILL');
		}
		await daemon.until('it was put back', ({layers}) => layers.every(({name, state}) => name !== 'dns' || state === 'held'));
	});

	test('`vks dns restore` leaves it to a living daemon, and puts it back after its end', async () => {
		const {commands: {vks}, folders} = lab.description;
		const settings = [`VKS_RUN_FOLDER=${folders.run}`, `VKS_STATE_FOLDER=${folders.daemonState}`, `VKS_RESOLV_CONF=${path()}`];
		const restore = () => lab.exec('client', ['env', ...settings, ...vks.slice(vks.indexOf('--') + 1), 'dns', 'restore']);
		const refused = await restore();
		expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining('nothing was changed')]);
		expect(await daemon.stop()).toBe(0);
		expect(readFileSync(path(), 'utf8')).not.toBe(before);
		expect(await restore()).toMatchObject({exitCode: 0, stdout: expect.stringContaining('is again as it was before vks')});
		expect(readFileSync(path(), 'utf8')).toBe(before);
		// The tables stand: the file opens nothing.
		const start = await witness.mark();
		await lab.exec('client', ['dig', '+time=1', '+tries=1', `@${lab.description.addresses.resolver.ipv4}`, 'example.test']);
		await sleep(100);
		expect((await witness.since(start)).outside).toMatchObject({count: 0});
	});
});
