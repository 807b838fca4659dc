/** The `vks-tui` program: checks the runtime and the terminal, decides on colour, and starts connecting before the screen's code is loaded. */
import type {Feed} from '../console/connection.ts';
import type {Flags} from '../console/arguments.ts';
import type {Settled, SettledOptions} from '../console/settings/settle.ts';
import type {Result} from '../result.ts';
import {tooOld} from './node-version.ts';

const needsTerminal = 'needs a terminal: use `docker exec -it …`, or `vks status --json`';

function refuse(text: string): void {
	process.stderr.write(`vks-tui: ${text}\n`);
	process.exitCode = 2;
}

/** The validator of the file is a bundle of its own: most consoles have no file, and start without it. */
async function settledFor(flags: Flags): Promise<Result<Settled, string>> {
	const [{findPlace, placesFor}, {settle}] = await Promise.all([import('../console/settings/place.ts'), import('../console/settings/settle.ts')]);
	const place = findPlace(placesFor(flags, process.env));
	if (place === null) return settle({flags, environment: process.env, file: null});
	const {readConsoleFile} = await import('../console/settings/file.ts');
	const file = readConsoleFile(place.path);
	return file.ok ? settle({flags, environment: process.env, file: file.value}) : file;
}

/** The daemon, one of several, or what was recorded of one. */
async function feedFor(flags: Flags, {targets, readOnly}: SettledOptions): Promise<Result<Feed, string>> {
	const path = flags['--replay'];
	const {ok} = await import('../result.ts');
	if (path === undefined) {
		const [{connectFeed}, {reachFor}, {chosenFeed}] = await Promise.all([import('../console/connection.ts'), import('../console/remote/reach.ts'), import('../console/targets.ts')]);
		const open = (name: string): Feed => connectFeed(reachFor((targets.find(target => target.name === name) ?? targets[0]).way, {view: readOnly}));
		return ok(chosenFeed({names: targets.map(({name}) => name), first: targets[0].name, open}));
	}
	const [{openRecording}, {replayFeed}] = await Promise.all([import('../console/replay/open.ts'), import('../console/replay/feed.ts')]);
	const session = openRecording(path);
	if (!session.ok) return session;
	const every = (ms: number, callback: () => void): (() => void) => {
		const timer = setInterval(callback, ms);
		return () => clearInterval(timer);
	};
	return ok(replayFeed(session.value, {name: path, every}));
}

async function main(): Promise<void> {
	const old = tooOld('vks-tui');
	if (old !== null) {
		process.stderr.write(old);
		process.exitCode = 2;
		return;
	}
	const {parseArguments} = await import('../console/arguments.ts');
	const parsed = parseArguments(process.argv.slice(2));
	if (parsed.kind === 'wrong') return refuse(parsed.why);
	if (parsed.kind !== 'run' && parsed.kind !== 'print-config') {
		const {answer} = await import('../console/settings/answer.ts');
		const answered = answer(parsed);
		return answered.ok ? void process.stdout.write(answered.value) : refuse(answered.error);
	}
	const settled = await settledFor(parsed.flags);
	if (!settled.ok) return refuse(settled.error);
	const {options} = settled.value;
	if (parsed.kind === 'print-config') {
		const {printConfig} = await import('../console/settings/print.ts');
		return void process.stdout.write(printConfig(settled.value));
	}
	if (!process.stdin.isTTY || !process.stdout.isTTY || process.env['TERM'] === 'dumb') return refuse(needsTerminal);
	// Ink and its colours read these when they are loaded, so they are set before that. A terminal makes it interactive, CI or not.
	Object.assign(process.env, {NODE_ENV: 'production'}, options.color ? {} : {FORCE_COLOR: '0'});
	const feed = await feedFor(parsed.flags, options);
	if (!feed.ok) return refuse(feed.error);
	const {runConsole} = await import('../console/main.tsx');
	const {existsSync} = await import('node:fs');
	// In the image the daemon is what the container runs: its end is that of every process in it (docker exec).
	const endsWithDaemon = existsSync('/usr/local/lib/vks/entrypoint');
	const {ownerName} = await import('../control/exception-target.ts');
	await runConsole({feed: feed.value, operator: ownerName(process.env['SUDO_USER'] ?? process.env['USER']), endsWithDaemon, ...options});
}

main().catch((error: unknown) => {
	process.stderr.write(`vks-tui: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}\n`);
	process.exit(1);
});
