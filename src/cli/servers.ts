/** `vks servers`. */
import {keyText, lastText, latencyText, loadText} from '../console/select/server-words.ts';
import {formatAge} from '../console/format.ts';
import type {Snapshot} from '../control/schema.ts';
import {ok} from '../result.ts';
import {newest, withDaemon} from './daemon.ts';
import {exitCodes, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor, paint} from './output.ts';
import {tableLines, type Column} from './table.ts';

const columns: readonly Column[] = [
	{title: ''}, {title: 'rank', align: 'right'}, {title: 'server'}, {title: 'city'}, {title: 'country'}, {title: 'endpoint'},
	{title: 'latency', align: 'right'}, {title: 'measured'}, {title: 'load', align: 'right'}, {title: 'key', align: 'right'}, {title: 'favourite'}, {title: 'last result'}, {title: 'notes'},
];

export function run(args: Args, io: Io): Promise<ExitCode> {
	return withDaemon(args, io, 'read', async daemon => {
		const update = await newest(daemon, 'snapshot');
		if (!update.ok) return update;
		const {servers, atMs} = update.value.snapshot;
		const output = outputFor(args, io);
		if (output.wantsJson) output.json({version: 1, servers});
		else if (servers.length === 0) output.line('There are no servers: put WireGuard .conf or OpenVPN .ovpn files into the tunnel folder.');
		else for (const text of tableLines(columns, servers.map(server => rowOf(server, atMs)))) output.line(text);
		return ok(exitCodes.fine);
	});
}

const rowOf = ({current, rank, id, city, country, endpoint, latency, load, key, favourite, last, problem, notes}: Snapshot['servers'][number], nowMs: number): readonly string[] => [
	current ? '*' : ' ',
	rank === null ? '' : String(rank),
	id,
	city ?? '',
	country ?? '',
	endpoint ?? '',
	latencyText(latency),
	latency === null ? '' : `${formatAge(nowMs - latency.atMs)} ago`,
	loadText(load),
	keyText(key, nowMs),
	favourite ? 'yes' : '',
	lastText(last, nowMs),
	[...(problem === null ? [] : [paint('bad', problem)]), ...notes].join('; '),
];
