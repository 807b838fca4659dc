/** The console: joins the daemon's feed, the store, the keys, the clock and the terminal. */
import {render} from 'ink';
import {clipboardHint, clipboardSequence} from './clipboard.ts';
import type {Feed} from './connection.ts';
import {createFrames} from './frames.ts';
import {actionFor, pasteAction} from './input.ts';
import {knownSize} from './layout.ts';
import {perform, viewEventFor} from './perform.ts';
import {keepEvidence} from './evidence.ts';
import {saveMoment} from './save.ts';
import {Root, type ScreenControl} from './root.tsx';
import {saysMore} from './select/linear.ts';
import {proofWord} from './select/truth.ts';
import {lookAround} from './surroundings.ts';
import {createStore} from './store.ts';
import {takeTerminal} from './terminal.ts';
import {wayText} from './remote/target.ts';
import type {SettledOptions} from './settings/settle.ts';
import {keepHeapModest} from '../small-heap.ts';
import {version} from '../version.ts';
import {update} from './update.ts';
import type {Action} from './actions.ts';
import type {ViewEvent} from './events.ts';
import {initialView, type TargetView} from './view.ts';

export interface ConsoleOptions extends SettledOptions {
	readonly feed: Feed;
	readonly operator: string;
	/** The container's end is the console's too: in a moment nobody could give the terminal back. */
	readonly endsWithDaemon: boolean;
}

const stoppedWithIt = 'vks was stopped here, and its policy stays. In a container that ends the console too: from outside, `vks-tui --container NAME` stays and comes back by itself';

/** The first frame waits this long for the first reading, so that it shows something true. */
const firstReadingWithinMs = 150;
/** Frames have a pace of their own (frames.ts); Ink's would make a key wait for the frame that data had just drawn. */
const inkFps = 1000;
const tickMs = 1000;
/** A tick that comes just before the daemon's own reading would only draw the screen twice. */
const slackMs = 100;
const quietAfterMs = 60;

export async function runConsole(options: ConsoleOptions): Promise<void> {
	const {feed} = options;
	const leaveHeap = keepHeapModest();
	const {stdin, stdout, stderr} = process;
	const terminal = takeTerminal({stdin, stdout, stderr});
	const size = (): {readonly columns: number; readonly rows: number} => knownSize(...stdout.getWindowSize());
	let control: ScreenControl | null = null;
	let ticking: NodeJS.Timeout | undefined;
	let repainting: NodeJS.Timeout | undefined;
	let wasBad = true;

	const screen = {
		quit: () => terminal.leave(0),
		repaint: () => control?.repaint(),
		suspend: () => void suspend(),
	};
	const targets: readonly TargetView[] = options.named ? options.targets.map(({name, way}) => ({name, way: wayText(way), far: way.kind === 'far'})) : [];
	const store = createStore({
		initial: initialView({...size(), nowMs: Date.now(), offsetMinutes: -new Date().getTimezoneOffset(), readOnly: options.readOnly, socketPath: options.socketPath, operator: options.operator, targets, target: targets[0] ?? null, keys: options.keys, confirmLockdown: options.confirmLockdown, looks: {theme: options.theme, asciiOnly: options.asciiOnly, color: options.color, linear: options.screenReader}}),
		update,
		perform: effect => void perform(effect, {
			feed, dispatch, nowMs: Date.now, screen,
			evidence: now => keepEvidence(feed, now, {folder: process.cwd(), isoTime: new Date().toISOString(), by: version}),
			// Of use where an engine is: loaded when it is asked for.
			audit: async target => (await import('./audit.ts')).auditHere(target, process.env['DOCKER_HOST']),
			toClipboard(text) {
				stdout.write(clipboardSequence(text, process.env));
				return clipboardHint(process.env);
			},
			save: moment => saveMoment(moment, {folder: process.cwd(), isoTime: new Date().toISOString()}),
		}),
	});
	const frames = createFrames(store, options.screenReader ? {everyMs: options.refreshMs, isWorth: saysMore} : {everyMs: options.refreshMs}, {
		nowMs: () => performance.now(),
		after(ms, callback) {
			const timer = setTimeout(callback, ms);
			return () => clearTimeout(timer);
		},
	});

	function dispatch(event: ViewEvent): void {
		store.dispatch(event);
		if (event.type === 'resize') frames.flush();
		else if (event.type === 'action' || event.type === 'outcome' || event.type === 'told' || event.type === 'moment' || event.type === 'replayed' || event.type === 'target' || event.type === 'audited') frames.answer();
	}

	function tickIn(ms: number): void {
		clearTimeout(ticking);
		ticking = setTimeout(() => {
			dispatch({type: 'tick', atMs: Date.now()});
			ringOnce();
			tickIn(tickMs);
		}, ms);
	}

	/** One bell when the proof goes bad, none while it stays so. */
	function ringOnce(): void {
		const {bad} = proofWord(store.get());
		if (bad && !wasBad) stdout.write('\u0007');
		wasBad = bad;
	}

	const act = (action: Action | null): void => {
		if (action !== null) dispatch({type: 'action', action, atMs: Date.now()});
	};
	const resize = (): void => dispatch({type: 'resize', ...size()});
	/**
	 * A terminal that shrinks and grows back has forgotten rows and columns. Where it ends at the size it had, nobody tells Ink,
	 * which would go on drawing only what changed: so once it is quiet, all is drawn again.
	 */
	const windowChanged = (): void => {
		clearTimeout(repainting);
		repainting = setTimeout(() => {
			resize();
			screen.repaint();
		}, quietAfterMs);
	};
	const suspend = async (): Promise<void> => {
		await control?.suspend(terminal.stopSelf);
		// Nobody tells a stopped process in the background that the window changed.
		resize();
	};

	/** What is missing may have come meanwhile, so each failed attempt looks again. */
	const tellSurroundings = async (): Promise<void> => {
		const surroundings = await lookAround({socketPath: store.get().target?.way ?? options.socketPath, uid: process.getuid?.() ?? 0, environment: process.env});
		dispatch({type: 'surroundings', surroundings});
	};

	const firstReading = new Promise<void>(resolve => {
		setTimeout(resolve, firstReadingWithinMs);
		feed.listen(event => {
			// What is not looked at any more did not go bad.
			if (event.type === 'target') wasBad = true;
			dispatch(viewEventFor(event, Date.now()));
			const here = store.get().target?.far !== true;
			if (event.type === 'down' && here && options.endsWithDaemon && store.get().live.snapshot !== null) terminal.leave(0, stoppedWithIt);
			if (event.type === 'down' && here) void tellSurroundings();
			if (event.type === 'replayed') resolve();
			if (event.type !== 'snapshot') return;
			if (options.endsWithDaemon && here && event.snapshot.state.kind === 'blocked' && event.snapshot.state.cause === 'stopped') terminal.leave(0, stoppedWithIt);
			ringOnce();
			tickIn(tickMs + slackMs);
			resolve();
		});
	});
	await firstReading;

	// Before Ink's own listener: the frame it then draws has the new size.
	stdout.on('resize', resize);
	process.on('SIGWINCH', windowChanged);
	frames.flush();
	// Ink does so after its first frame: a key pressed in between would be echoed, and Ctrl-C would be a signal.
	stdin.setRawMode(true);
	const instance = render(
		<Root
			frames={frames}
			onKey={(input, key) => act(actionFor(store.get(), input, key))}
			onPaste={text => act(pasteAction(store.get(), text))}
			onControl={next => (control = next)}
		/>,
		// What was said stays above, for who reads back: a screen reader is given no second screen.
		{isScreenReaderEnabled: options.screenReader, interactive: true, alternateScreen: !options.screenReader, incrementalRendering: true, maxFps: inkFps, patchConsole: false, exitOnCtrlC: false},
	);
	terminal.onRestore(() => {
		leaveHeap();
		feed.close();
		instance.unmount();
	});
	terminal.onContinue(() => {
		resize();
		screen.repaint();
	});
	tickIn(tickMs);
	await instance.waitUntilExit().catch(terminal.fail);
}
