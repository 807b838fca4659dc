/** `vks exceptions`. */
import {formatCountdown, withThousands} from '../console/format.ts';
import {statusOf} from '../control/status.ts';
import {ok} from '../result.ts';
import {newest, withDaemon} from './daemon.ts';
import {exitCodes, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor, paint} from './output.ts';
import {tableLines, type Column} from './table.ts';

const columns: readonly Column[] = [{title: 'id', align: 'right'}, {title: 'what'}, {title: 'left', align: 'right'}, {title: 'packets', align: 'right'}, {title: 'by'}, {title: 'reason'}];

export function run(args: Args, io: Io): Promise<ExitCode> {
	return withDaemon(args, io, 'read', async daemon => {
		const update = await newest(daemon, 'snapshot');
		if (!update.ok) return update;
		const {exceptions} = statusOf(update.value.snapshot, io.now());
		const output = outputFor(args, io);
		if (output.wantsJson) output.json({version: 1, exceptions});
		else if (exceptions.length === 0) output.line('There are no exceptions.');
		else {
			const rows = exceptions.map(({id, what, open, leftSeconds, packets, by, reason}) => [
				String(id), what, `${formatCountdown(leftSeconds * 1000)}${open ? '' : paint('warn', ' closed')}`, withThousands(packets), by, reason,
			]);
			for (const text of tableLines(columns, rows)) output.line(text);
		}
		return ok(exitCodes.fine);
	});
}
