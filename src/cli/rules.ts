/** `vks rules`. */
import {isoTime} from '../control/status.ts';
import {formatBytes, formatPacketRate, withThousands} from '../console/format.ts';
import {ok} from '../result.ts';
import {newest, withDaemon} from './daemon.ts';
import {exitCodes, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor} from './output.ts';
import {tableLines, type Column} from './table.ts';

const columns: readonly Column[] = [
	{title: 'table'},
	{title: 'chain'},
	{title: 'rule'},
	{title: 'verdict'},
	{title: 'packets', align: 'right'},
	{title: 'bytes', align: 'right'},
	{title: 'rate', align: 'right'},
	{title: 'reason'},
];

export function run(args: Args, io: Io): Promise<ExitCode> {
	return withDaemon(args, io, 'read', async daemon => {
		const update = await newest(daemon, 'snapshot');
		if (!update.ok) return update;
		const {rules} = update.value.snapshot;
		const output = outputFor(args, io);
		if (output.wantsJson) {
			output.json({version: 1, rules: rules.map(({lastHitMs, ...rule}) => ({...rule, lastHit: lastHitMs === null ? null : isoTime(lastHitMs)}))});
		} else {
			const rows = rules.map(rule => [
				rule.table,
				rule.chain,
				rule.id,
				rule.verdict,
				withThousands(rule.packets),
				formatBytes(rule.bytes),
				formatPacketRate(rule.packetsPerSecond),
				rule.reason,
			]);
			for (const text of tableLines(columns, rows)) output.line(text);
		}
		return ok(exitCodes.fine);
	});
}
