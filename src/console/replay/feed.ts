/** A recorded session as the console's feed: no daemon, no clock but that of the recording. */
import type {Session} from '../../history/read-recording.ts';
import type {Feed, FeedEvent} from '../connection.ts';

export interface ReplayTiming {
	/** Calls back again and again; returns what ends that. */
	readonly every: (ms: number, callback: () => void) => () => void;
}

/** A recording has one moment a second; one of evidence passes faster than it was. */
const playEveryMs = 1000;

export function replayFeed(session: Session, {name, every}: ReplayTiming & {readonly name: string}): Feed {
	const {frames, drops, journal, cut, doubt, by} = session;
	let listener: (event: FeedEvent) => void = () => undefined;
	let index = 0;
	let stop: (() => void) | null = null;

	const show = (): void => {
		const frame = frames[index];
		if (frame !== undefined) listener({type: 'replayed', frame, index, playing: stop !== null});
	};
	const pause = (): void => {
		stop?.();
		stop = null;
	};
	const go = (to: number): void => {
		index = Math.max(0, Math.min(frames.length - 1, to));
		if (index === frames.length - 1) pause();
		show();
	};

	return {
		listen(next) {
			listener = next;
			next({type: 'replay', name, by, of: frames.length, drops, journal, cut, ...(doubt === undefined ? {} : {doubt})});
			show();
		},
		submit: () => Promise.resolve(null),
		explain: () => Promise.resolve(null),
		preview: () => Promise.resolve(null),
		facts: () => Promise.resolve(null),
		moment: () => Promise.resolve(null),
		replay: {
			step(by, changes) {
				pause();
				go(changes ? changeFrom(frames, index, by) : index + by);
			},
			play() {
				if (stop !== null) pause();
				// At the end there is nothing to play but all of it again.
				else {
					if (index === frames.length - 1) index = 0;
					stop = every(playEveryMs, () => go(index + 1));
				}
				show();
			},
		},
		close: pause,
	};
}

/** The next one that something brought; the first or the last where there is none. */
function changeFrom(frames: Session['frames'], from: number, by: -1 | 1): number {
	let at = from + by;
	while (at > 0 && at < frames.length - 1 && frames[at]?.moment.kind === 'interval') at += by;
	return at;
}
