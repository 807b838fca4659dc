/** What was opened in one epoch of the tunnel, in the next: nothing leaves outside, and old addresses are refused at once. Needs root. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {echoPort} from '../../lab/plan.ts';
import {waitUntil} from '../../lab/processes.ts';
import {nodeExecutable, repositoryFolder} from '../../lab/program.ts';
import {isConnected, switchOver} from '../helpers/daemon.ts';
import {endScene, expectNothingOutside, raiseScene, type Scene} from '../helpers/leak-scene.ts';
import type {OldFlows} from '../helpers/old-flows.ts';

const program = join(repositoryFolder, 'test/helpers/old-flows.ts');

describe('connections of the epoch before', () => {
	let scene: Scene;
	beforeAll(async () => {
		scene = await raiseScene({});
	});
	afterAll(() => endScene(scene));

	/** Opens connections, lets the epoch pass, and uses them again under the eyes of the witness. */
	const across = async (pass: () => Promise<unknown>): Promise<OldFlows> => {
		const {lab, daemon, witness} = scene;
		const before = daemon.snapshot();
		const running = lab.spawn('client', ['setpriv', '--reuid', '65534', '--clear-groups', nodeExecutable(), '--disable-warning=ExperimentalWarning', program, lab.description.addresses.internet.ipv4, String(echoPort), before.tunnel?.addresses[0] ?? '']);
		const lines = (): readonly string[] => readFileSync(running.log, 'utf8').trim().split('\n');
		try {
			expect(await waitUntil(async () => lines().includes('{"ready":true}')), 'the flows pass through the tunnel').toBe(true);
			const start = await witness.mark();
			const flood = await lab.flood({streams: ['icmp', 'udp', 'tcp']});
			await pass();
			await daemon.until('the next epoch began', now => isConnected(now) && (now.tunnel?.epoch ?? 0) > (before.tunnel?.epoch ?? 0));
			process.kill(running.pid, 'SIGUSR2');
			await running.exited;
			await flood.stop();
			expectNothingOutside(await witness.since(start));
			return JSON.parse(lines().at(-1) ?? '') as OldFlows;
		} finally {
			await running.stop('SIGKILL');
		}
	};

	const forgotten = (): readonly string[] => scene.daemon.journal().flatMap(({text}) => (/^Epoch \d+: /.test(text) ? [text] : []));

	test('where the next tunnel has another address, are refused at once and send nothing outside', async () => {
		const flows = await across(() => switchOver(scene.daemon, 'ch-zrh-1'));
		expect(flows.udp.every(error => error !== null && ['ENETUNREACH', 'EHOSTUNREACH', 'EPERM', 'EINVAL'].includes(error)), String(flows.udp)).toBe(true);
		expect(flows.tcp).toBe('ECONNABORTED');
		// The old tunnel was let drain first.
		await waitUntil(async () => forgotten().length >= 2);
		expect(forgotten().at(-1)).toMatch(/^Epoch 2: [1-9]\d* tracked connections of 10\.64\.1\.2 and \S+ forgotten; [1-9]\d* TCP connections bound to 10\.64\.1\.2 and \S+ ended\.$/);
	});

	test('where it has the same address, send nothing outside', async () => {
		await switchOver(scene.daemon, 'se-sto-1');
		await scene.daemon.until('it was connected', now => isConnected(now) && now.state.server === 'se-sto-1');
		const flows = await across(() => switchOver(scene.daemon, 'ch-zrh-2'));
		// The sockets are good; TCP, whose far end knew another exit, is ended.
		expect(flows.udp).toEqual([null, null, null]);
		expect(flows.tcp).toBe('ECONNABORTED');
		expect(forgotten().at(-1)).toMatch(/^Epoch 4: the address is the same, and what runs from it goes on; [1-9]\d* TCP connections whose far ends knew another exit ended\.$/);
	});
});
