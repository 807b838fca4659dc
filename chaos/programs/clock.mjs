/**
 * Loaded into the daemon before its own code: its wall clock is off by what a file says. The host's clock is everybody's,
 * and a time namespace moves only the monotonic one (time_namespaces(7)), which no code of the daemon's reads as a date.
 */
import {readFileSync} from 'node:fs';

const file = process.env['CHAOS_CLOCK_FILE'];
if (file !== undefined) {
	const real = Date.now;
	let offsetMs = 0;
	const read = () => {
		try {
			offsetMs = Number(readFileSync(file, 'utf8')) || 0;
		} catch {
			offsetMs = 0;
		}
	};
	read();
	setInterval(read, 20).unref();
	Date.now = () => real() + offsetMs;
}
