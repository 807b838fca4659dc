/** Whose a refused packet was, where that can be known, and no more where it cannot. Needs root. */
import {setTimeout as sleep} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {echoPort, uplinks} from '../../lab/plan.ts';
import {waitUntil} from '../../lab/processes.ts';
import {nodeExecutable} from '../../lab/program.ts';
import type {ControlClient} from '../../src/control/client.ts';
import type {DropView} from '../../src/control/schema.ts';
import {openControl} from '../helpers/daemon.ts';
import {endScene, raiseScene, type Scene} from '../helpers/leak-scene.ts';

const {lan} = uplinks.addresses;
const user = ['setpriv', '--reuid', '65534', '--clear-groups'];
/** Sends once, and has no socket any more when its record is read. */
const sendAndClose = `const socket = require("node:dgram").createSocket("udp4"); socket.on("error", () => undefined); socket.send("x", ${echoPort + 1}, "${lan.ipv4}", () => socket.close());`;

describe('the owner of a refused packet', () => {
	let scene: Scene;
	let client: ControlClient;
	const records: DropView[] = [];

	const refused = (protocol: DropView['protocol']): DropView | undefined =>
		records.find(record => record.protocol === protocol && record.destination === lan.ipv4 && record.uid === 65_534);

	beforeAll(async () => {
		scene = await raiseScene({});
		client = await openControl(scene.lab);
		await client.subscribe(['drops'], update => {
			if (update.type === 'drops') records.push(...update.records);
		});
	});
	afterAll(async () => {
		client.close();
		await endScene(scene);
	});

	test('a program that still waits for its connection is named', async () => {
		// bash waits in connect() and keeps its socket for a second: TCP takes the first refusal for a passing one. Where a record
		// is read later than that, which a busy machine does, it tries again.
		const named = (): DropView | undefined => records.find(record => record.protocol === 'tcp' && record.destination === lan.ipv4 && record.owner?.process !== undefined);
		const tried = await waitUntil(async () => {
			await scene.lab.exec('client', [...user, 'bash', '-c', `exec 3<>/dev/tcp/${lan.ipv4}/${echoPort}`]);
			return named() !== undefined;
		});
		expect(tried, JSON.stringify(refused('tcp'))).toBe(true);
		expect(named()).toMatchObject({ruleId: 'refuse-out', uid: 65_534, owner: {user: 'nobody', process: 'bash'}});
		expect(named()?.owner?.pid).toBeGreaterThan(0);
	});

	test('of one whose socket is gone only the user is named', async () => {
		// A sender that is interrupted before it closes still has its socket, and is named rightly: then another one is sent.
		const udp = (): readonly DropView[] => records.filter(({protocol, destination, uid}) => protocol === 'udp' && destination === lan.ipv4 && uid === 65_534);
		expect(await waitUntil(async () => {
			// By then whatever look-up came before lets the next one be made: this one is asked for.
			await sleep(10_500);
			await scene.lab.exec('client', [...user, nodeExecutable(), '-e', sendAndClose]);
			return udp().some(({owner}) => owner?.process === undefined);
		})).toBe(true);
		expect(udp().find(({owner}) => owner?.process === undefined)?.owner).toEqual({user: 'nobody'});
		expect(udp().every(({owner}) => owner?.process === undefined || owner.process.includes('node')), JSON.stringify(udp())).toBe(true);
	});
});
