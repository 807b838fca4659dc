/** Somebody else committed to nftables and our tables are as they were: one line in the journal, and not one for each of a storm. */
import type {Generation} from '../kernel/kernel.ts';
import type {Clock} from './clock.ts';
import type {Journal} from './journal.ts';

const quietMs = 1000;

export function strangerLog(clock: Pick<Clock, 'after'>, journal: Pick<Journal, 'write'>) {
	let quiet = false;
	let unsaid = 0;
	return ({process, pid}: Generation): void => {
		if (quiet) {
			unsaid += 1;
			return;
		}
		quiet = true;
		const storm = unsaid === 0 ? '' : ` So did ${unsaid} commits before it.`;
		unsaid = 0;
		const who = process === '' ? 'Somebody' : `${process} (pid ${pid})`;
		journal.write('policy', 'info', `${who} changed nftables and left the tables of vks as they were.${storm}`);
		// A timer and not a look at the clock, which may jump.
		clock.after(quietMs, () => {
			quiet = false;
		});
	};
}
