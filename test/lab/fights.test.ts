/** Somebody who undoes every repair in a loop: nothing leaves, no core is burnt, he is named, and his end is the end of it. Needs root. */
import {setTimeout as sleep} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {endScene, raiseScene, runTrial, type Scene} from '../helpers/leak-scene.ts';
import {reportTrials} from '../helpers/leak-report.ts';
import {waitUntil} from '../../lab/processes.ts';

const report = reportTrials();
afterAll(() => report.print());

/** How long the fight lasts: longer than the first pauses. */
const fightMs = 6000;

describe.for<[string, string, Record<string, string>, string]>([
	['routing rules', 'while :; do ip rule del pref 200; ip rule add pref 50 lookup main; done', {}, 'the routing'],
	['a default route', 'while :; do ip route replace default via GATEWAY dev eth0; done', {}, 'the routing'],
	['the ruleset', 'while :; do nft flush ruleset; done', {VKS_FIREWALL_BACKEND: 'nft'}, 'the ruleset'],
])('who fights for %s', ([name, loop, environment, what]) => {
	let scene: Scene;
	beforeAll(async () => {
		// A leak test in the middle of a fight that no table ownership ends sees the window, and rightly locks down.
		scene = await raiseScene({}, {environment: {...environment, VKS_DRILL_EVERY: 'off'}});
	});
	afterAll(() => endScene(scene));

	test('is met with pauses, said in the journal, and the connection is proven when it ends', () =>
		runTrial(scene, report, `fight for ${name}`, {
			fault: async () => {
				const {lab, daemon} = scene;
				const fighter = lab.spawn('client', ['sh', '-c', loop.replace('GATEWAY', lab.description.addresses.gateway.ipv4)]);
				try {
					const paused = () => daemon.journal().some(({text}) => text.startsWith(`Something fights us: ${what} is changed`) && !text.includes('by unknown'));
					expect(await waitUntil(async () => paused()), 'the journal tells of the fight and names the fighter').toBe(true);
					await daemon.until('the proof showed it', ({proof}) => proof.kind === 'drifted');
					await sleep(fightMs);
				} finally {
					await fighter.stop('SIGKILL');
				}
			},
		}));
});
