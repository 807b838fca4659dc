/** The console with a great deal to show: what a key costs from the press to the screen. */
import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {createInterface} from 'node:readline';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {nodeExecutable} from '../lab/program.ts';
import {openConsole, type ConsoleScreen} from './console.ts';
import {figure, finding, type Report} from './report.ts';
import {program} from './scene.ts';
import {summarise} from './statistics.ts';
import {usageOf} from './usage.ts';

/** Longer than a reading takes, and never in step with it. */
const pauseMs = (round: number): number => 130 + (round * 37) % 90;

/** How long until the screen is another one below the header, whose ages change by themselves. */
async function keyToScreen(console: ConsoleScreen, key: string, changed: (before: string, now: string) => boolean): Promise<number> {
	const before = console.text();
	const pressedMs = performance.now();
	console.press(key);
	await console.until(`an answer to ${key}`, now => changed(before, now));
	return performance.now() - pressedMs;
}

const panelOf = (name: string) => (text: string): string => text.split('\n').find(row => row.includes(`> ${name}`)) ?? '';
const rowOf = (text: string): string => text.split('\n').filter(row => /^.*[│ ] ?> /.test(row)).join('\n');

async function measured(console: ConsoleScreen, panel: string, keys: readonly string[]): Promise<readonly number[]> {
	const title = panelOf(panel);
	const times: number[] = [];
	for (const [round, key] of keys.entries()) {
		times.push(await keyToScreen(console, key, (before, now) => title(before) !== title(now) || rowOf(before) !== rowOf(now)));
		await sleep(pauseMs(round));
	}
	return times;
}

export async function crowd(signal: AbortSignal): Promise<Report> {
	const folder = mkdtempSync(join(tmpdir(), 'vks-crowd-'));
	const daemon = spawn(nodeExecutable(), ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'programs/crowd.ts'), folder], {stdio: ['ignore', 'pipe', 'inherit']});
	try {
		await createInterface({input: daemon.stdout})[Symbol.asyncIterator]().next();
		const console = openConsole([nodeExecutable(), program('vks-tui.js')], {VKS_RUN_FOLDER: folder});
		try {
			await console.shows('CONNECTED', 'PROVEN');
			await sleep(2000);
			// Away from both ends, where a key has nowhere to go: the oldest drops leave while they are looked at.
			const scroll = ['j', 'j', '\u001B[6~', '\u001B[6~', 'j', 'k', '\u001B[5~', 'k', 'j', '\u001B[6~', 'k', '\u001B[5~'];
			const figures: Array<readonly [string, readonly number[]]> = [];
			for (const [key, panel, filter] of [['4', '4 Drops', 'dport:1'], ['2', '2 Ruleset', 'rule-77'], ['3', '3 Servers', 'server-1'], ['5', '5 Journal', 'entry 77']] as const) {
				signal.throwIfAborted();
				console.press(key);
				await console.shows(`> ${panel}`);
				await sleep(300);
				// Every packet by itself: its groups are few.
				if (key === '4') console.press('v');
				await sleep(300);
				figures.push([`${panel.slice(2)}: a key that scrolls`, await measured(console, panel, scroll)]);
				console.press('/');
				await sleep(300);
				figures.push([`${panel.slice(2)}: a letter in the filter`, await measured(console, panel, [...filter])]);
				console.press('\u001B');
				await sleep(300);
			}
			const all = figures.flatMap(([, times]) => times);
			return {
				name: 'crowd',
				title: 'a key, from the press to the screen, with 10,000 drops, 1,000 rules, 200 servers and a journal of 7,300 entries at 120×40',
				figures: figures.map(([label, times]) => figure(label, times)),
				findings: [
					finding('all keys, median', summarise(all).median, 'ms', {atMost: 50}),
					finding('nine keys in ten', summarise(all).p90, 'ms', {atMost: 50}),
					finding('resident memory of the console', usageOf(console.pid).residentMb, 'MB'),
				],
				notes: ['A hundred more drops and a new reading of everything come each second meanwhile.'],
			};
		} finally {
			await console.leave();
		}
	} finally {
		daemon.kill('SIGKILL');
		rmSync(folder, {recursive: true, force: true});
	}
}
