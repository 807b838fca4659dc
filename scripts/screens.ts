/** `npm run screens`: a new user's walk through the console in a lab; its pictures are written to docs/screens. Needs Linux and root. */
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {repositoryFolder} from '../lab/program.ts';
import {fileOf, indexPage} from './screens/index-page.ts';
import {until, type Screen, type Size} from './screens/screen.ts';
import {endStage, narrow, raiseStage, wide, type Stage} from './screens/stage.ts';
import {walk, type Stop} from './screens/walk.ts';

const folder = join(repositoryFolder, 'docs', 'screens');
/** The wide one last, because the walk goes on in it. */
const sizes: readonly Size[] = [narrow, wide];
const nameOf = ({columns, rows}: Size): string => `${columns}x${rows}`;

type Pictures = ReadonlyMap<Size, string>;

/** Drawn at this size: a frame comes at most ten times a second, and the counters go on meanwhile. */
async function pictureAt(screen: Screen, size: Size): Promise<string> {
	screen.resize(size);
	await sleep(600);
	return until(screen, `a picture of ${nameOf(size)}`, text => text.split('\n').length <= size.rows && text.split('\n').every(line => line.length <= size.columns));
}

/** The outcome of the stop before was seen there; here the keys belong at the bottom again. */
const isQuiet = (text: string): boolean => !/^[✓✗!]/.test(text.split('\n').at(-1) ?? '');

async function takePictures({go}: Stop, stage: Stage): Promise<Pictures> {
	await until(stage.screen, 'the end of the last outcome', isQuiet, 30_000);
	await go(stage);
	const pictures = new Map<Size, string>();
	for (const size of sizes) pictures.set(size, await pictureAt(stage.screen, size));
	return pictures;
}

/** Only a whole walk replaces what was there. */
function write(taken: readonly Pictures[]): void {
	rmSync(folder, {recursive: true, force: true});
	for (const size of sizes) {
		mkdirSync(join(folder, nameOf(size)), {recursive: true});
		for (const [index, stop] of walk.entries()) writeFileSync(join(folder, nameOf(size), fileOf(index, stop)), `${taken[index]?.get(size) ?? ''}\n`);
	}
	writeFileSync(join(folder, 'README.md'), indexPage(walk));
}

async function main(): Promise<number> {
	const stage = await raiseStage();
	// The lab's processes hold nobody open, and a terminal of tmux is none of ours.
	const awake = setInterval(() => undefined, 1_000);
	try {
		const taken: Pictures[] = [];
		for (const stop of walk) {
			taken.push(await takePictures(stop, stage));
			process.stdout.write(`${fileOf(taken.length - 1, stop)}\n`);
		}
		write(taken);
		process.stdout.write(`${walk.length} stops at ${sizes.map(nameOf).join(' and ')} in ${folder}; \`npm run docs\` takes the first screen of README.md from there\n`);
		return 0;
	} catch (error) {
		process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
		return 1;
	} finally {
		await endStage(stage);
		clearInterval(awake);
	}
}

if (import.meta.main) process.exitCode = await main();
