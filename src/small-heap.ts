/** For programs that run for months and leave behind each second what is dead by the next: V8 is told to collect rather than to grow. */
import {getHeapSpaceStatistics, setFlagsFromString} from 'node:v8';

/**
 * V8 (heap-controller.cc) lets what outlived its youth grow to up to four times of what is alive before it looks. Under a flood
 * every record of a refused packet gets that old: measured with 10,000 a second, 118 MB instead of 150 in the daemon and 140
 * instead of 275 in the console, for no processor time. 1.3 is the factor that V8 itself takes where memory is scarce.
 */
const oldGrowth = '--heap-growing-percent=30';
const youngStays = '--semi-space-growth-factor=1';
const youngDoubles = '--semi-space-growth-factor=2';
/** Limits grow by smaller steps: measured, 8 MB less, for 0.8 % of a core more under a flood and none at rest. */
const saves = '--memory-saver-mode';

/**
 * For the daemon. V8 (heap.cc, NewSpace::Grow) doubles the room for young objects up to 16 MiB, three times over: measured, 8 MB
 * of resident memory at rest for no time saved. From now on it stays as large as it is.
 */
export function keepHeapSmall(): void {
	for (const flag of [oldGrowth, youngStays, ...(knowsToSave() ? [saves] : [])]) setFlagsFromString(flag);
}

/** That of Node 24; what an older one does not know, it complains of on standard error. */
const knowsToSave = (): boolean => Number.parseInt(process.versions.v8, 10) >= 13;

/** Two doublings: without any, what the console draws with costs two thirds more processor time; with more, none less. */
const youngBytes = 32 * 1024 * 1024;
const lookEveryMs = 1000;

/** For the console. V8 takes no limit while it runs, and shrinks the room after a quiet time: so it is looked at, and let grow or not. */
export function keepHeapModest(): () => void {
	setFlagsFromString(oldGrowth);
	let grows = true;
	const timer = setInterval(() => {
		const young = getHeapSpaceStatistics().find(({space_name: name}) => name === 'new_space')?.space_size ?? 0;
		if (grows === young < youngBytes) return;
		grows = !grows;
		setFlagsFromString(grows ? youngDoubles : youngStays);
	}, lookEveryMs);
	timer.unref();
	return () => clearInterval(timer);
}
