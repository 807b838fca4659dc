/** The daemon at rest: connected, nobody looking on, no traffic but keepalives. */
import {setTimeout as sleep} from 'node:timers/promises';
import {figure, finding, type Report} from './report.ts';
import {withScene} from './scene.ts';
import {childrenOf, usageOf} from './usage.ts';

/** Compiled code and caches settle in the first seconds; they are part of the start. */
const settleMs = 5000;
const restMs = 25_000;

export const idle = (signal: AbortSignal): Promise<Report> =>
	withScene({signal}, async ({lab, daemon}) => {
		const {pid} = daemon.process;
		await sleep(settleMs, undefined, {signal});
		const children = childrenOf(pid, lab.description.namespaces.client);
		const total = (pids: readonly number[]): number => pids.reduce((sum, child) => sum + usageOf(child).ownSeconds, 0);
		const [before, beforeChildren, startedMs] = [usageOf(pid), total(children), performance.now()];
		await sleep(restMs, undefined, {signal});
		const [after, afterChildren, seconds] = [usageOf(pid), total(children), (performance.now() - startedMs) / 1000];
		const percent = (used: number): number => (used / seconds) * 100;
		const own = percent(after.ownSeconds - before.ownSeconds);
		const spawned = percent(after.childSeconds - before.childSeconds);
		return {
			name: 'idle',
			title: `the daemon at rest for ${Math.round(seconds)} s, proving once a second`,
			figures: [
				figure('the daemon\'s own threads', [own], '%'),
				figure('children it started and waited for', [spawned], '%'),
				figure(children.length > 0 ? 'its tunnel process (wireguard-go)' : 'its tunnel (kernel)', [percent(afterChildren - beforeChildren)], '%'),
			],
			findings: [
				finding('one core, daemon and its children', own + spawned + percent(afterChildren - beforeChildren), '%', {atMost: 1}),
				finding('resident memory of the daemon', after.residentMb, 'MB', {atMost: 100}),
			],
			notes: [`${Math.round((after.residentMb - before.residentMb) * 10) / 10} MB more resident than at the beginning.`],
		};
	});
