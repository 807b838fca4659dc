/** Under a flood of refused packets the counters stay exact, the records are a sample, and the snapshot says so. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import type {Lab} from '../../lab/lab.ts';
import {nodeExecutable} from '../../lab/program.ts';
import {raiseLab} from '../../lab/raise.ts';
import type {Snapshot} from '../../src/control/schema.ts';
import {isConnected, openControl, startDaemon, type Daemon} from '../helpers/daemon.ts';

const scene: {lab?: Lab; daemon?: Daemon} = {};

beforeAll(async () => {
	scene.lab = await raiseLab();
	scene.daemon = await startDaemon(scene.lab, {environment: {VKS_SERVER: 'se-sto-1', VKS_DRILL_EVERY: 'off'}});
	await scene.daemon.until('connected', isConnected);
});
afterAll(async () => {
	await scene.daemon?.stop();
	await scene.lab?.down();
});

const refusedBy = (id: string, {rules}: Snapshot): number => rules.filter(rule => rule.id === id).reduce((sum, {packets}) => sum + packets, 0);

test('every refused packet is counted, one in many is recorded, and none of those is lost', async () => {
	const {lab, daemon} = scene;
	if (lab === undefined || daemon === undefined) throw new Error('the scene was not set');
	const client = await openControl(lab);
	const flood: {recorded: number; sampled: boolean} = {recorded: 0, sampled: false};
	let listening = false;
	await client.subscribe(['snapshot', 'drops'], update => {
		if (!listening) return;
		if (update.type === 'drops') flood.recorded += update.records.filter(({ruleId}) => ruleId === 'refuse-dns').length;
		if (update.type === 'snapshot') {
			const {perSecond, recordedPerSecond} = update.snapshot.drops;
			flood.sampled ||= recordedPerSecond > 0 && perSecond > 2 * recordedPerSecond;
		}
	});
	listening = true;
	const before = refusedBy('refuse-dns', daemon.snapshot());
	let sent = 0;
	// One in which the machine stalls may be too small, or over before it was seen.
	for (let storms = 0; storms < 4 && !(sent > 5000 && flood.sampled && flood.recorded > 500); storms++) {
		const storm = lab.spawn('client', [nodeExecutable(), '--disable-warning=ExperimentalWarning', join(import.meta.dirname, '../../bench/programs/storm.ts'), '--rate', '10000', '--seconds', '4', '--to', `${lab.description.addresses.otherResolver.ipv4}:53`]);
		await storm.exited;
		sent += (JSON.parse(readFileSync(storm.log, 'utf8')) as {readonly sent: number}).sent;
	}
	expect(sent, 'the flood is more than a rule records').toBeGreaterThan(5000);
	const after = await daemon.until('all of them counted', snapshot => refusedBy('refuse-dns', snapshot) >= before + sent);
	expect(refusedBy('refuse-dns', after) - before).toBe(sent);
	expect(after.drops.lostRecords).toBe(0);
	expect(flood.recorded).toBeGreaterThan(500);
	expect(flood.recorded).toBeLessThan(sent / 2);
	expect(flood.sampled).toBe(true);
	client.close();
});
