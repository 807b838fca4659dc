/** Why the tunnel was replaced, last and before. */
import type {ReconnectView} from '../../control/health-schema.ts';
import type {Snapshot} from '../../control/schema.ts';
import {formatClock, formatDuration} from '../format.ts';
import type {Line} from '../text.ts';
import {field} from './fields.ts';

/** How many there were, and those that are kept, the newest first. */
export function reconnectLines({count, lastReason, list}: Snapshot['reconnects'], {width, offsetMinutes}: {readonly width: number; readonly offsetMinutes: number}): readonly Line[] {
	const more = count > list.length && list.length > 0 ? `; the last ${list.length}` : '';
	const route = ({from, to}: ReconnectView): string => (from === to ? `again to ${to}` : `from ${from} to ${to}`);
	return [
		...field('reconnects', count === 0 ? 'none since the daemon started' : `${count} since the daemon started${more}${list.length === 0 && lastReason !== null ? `; last: ${lastReason}` : ''}`, width),
		...list.toReversed().flatMap(each => field('', `${formatClock(each.atMs, offsetMinutes)} ${route(each)}, after ${formatDuration(each.tookMs)}: ${each.reason}`, width)),
	];
}
