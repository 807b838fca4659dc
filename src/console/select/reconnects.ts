/** Why the tunnel was replaced, last and before. The daemon's own word when it gives a reason, else what its journal says happened between. */
import type {ReconnectView} from '../../control/health-schema.ts';
import type {JournalEntry, Snapshot} from '../../control/schema.ts';
import {formatClock, formatDuration} from '../format.ts';
import type {Memo, Slot} from '../memo.ts';
import {itemsOf} from '../ring.ts';
import type {Line} from '../text.ts';
import type {Moment} from '../view.ts';
import {field} from './fields.ts';

/** Names the server and no reason: the panel shows the server anyway. */
const saysOnlyThat = /^connected again to \S+$/;
const cameUp = /^Connected to /;

const reasonSlot: Slot<string | null> = {name: 'last reconnect'};

export function lastReconnectReason({snapshot, journal}: Moment, memo: Memo): string | null {
	const said = snapshot?.reconnects.lastReason ?? null;
	if (said === null || !saysOnlyThat.test(said)) return said;
	return memo.last(reasonSlot, [journal], () => fromJournal(itemsOf(journal)));
}

function fromJournal(journal: readonly JournalEntry[]): string | null {
	const ups = journal.flatMap((entry, index) => (entry.kind === 'state' && cameUp.test(entry.text) ? [index] : []));
	const [before, last] = ups.slice(-2);
	// With one of them only, the story may have begun before the journal that is held.
	if (before === undefined || last === undefined) return null;
	const between = journal.slice(before + 1, last);
	const told = between.find(isVerdict) ?? between.find(isTrouble);
	const ordered = journal.slice(last).find(entry => entry.kind === 'command');
	return shortened(told ?? ordered ?? null);
}

/** The tunnel given up; what was suspected before that, and what failed after, say less. */
const isVerdict = ({kind, level}: JournalEntry): boolean => kind === 'tunnel' && level !== 'info';
const isTrouble = ({kind, level, text}: JournalEntry): boolean => kind === 'state' && (level !== 'info' || text.startsWith('Switching '));

/** `The tunnel is dead: nothing was heard for 19 s. Connecting again.` has its reason in the middle. */
function shortened(entry: JournalEntry | null): string | null {
	if (entry === null) return null;
	if (entry.kind === 'command') return /^[^:]*/.exec(entry.text)?.[0] ?? null;
	const switched = /^Switching from (\S+)/.exec(entry.text)?.[1];
	if (switched !== undefined) return `switched from ${switched}`;
	const orderedBy = /^Locked down by ([^:]+)/.exec(entry.text)?.[1];
	if (orderedBy !== undefined) return `lockdown by ${orderedBy}`;
	return entry.text.replace(/^(?:The tunnel is dead|Blocked \([\w-]+\)|Degraded on \S+): /, '').replace(/ Connecting again\.$/, '').replace(/\.$/, '');
}

/** How many there were, and those that are kept, the newest first. */
export function reconnectLines({count, lastReason, list}: Snapshot['reconnects'], {width, offsetMinutes}: {readonly width: number; readonly offsetMinutes: number}): readonly Line[] {
	const more = count > list.length && list.length > 0 ? `; the last ${list.length}` : '';
	const route = ({from, to}: ReconnectView): string => (from === to ? `again to ${to}` : `from ${from} to ${to}`);
	return [
		...field('reconnects', count === 0 ? 'none since the daemon started' : `${count} since the daemon started${more}${list.length === 0 && lastReason !== null ? `; last: ${lastReason}` : ''}`, width),
		...list.toReversed().flatMap(each => field('', `${formatClock(each.atMs, offsetMinutes)} ${route(each)}, after ${formatDuration(each.tookMs)}: ${each.reason}`, width)),
	];
}
