/** `vks servers`. */
import {ok} from '../result.ts';
import {newest, withDaemon} from './daemon.ts';
import {exitCodes, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor, paint} from './output.ts';
import {tableLines} from './table.ts';

const columns = [{title: ''}, {title: 'server'}, {title: 'city'}, {title: 'country'}, {title: 'endpoint'}, {title: 'last result'}, {title: 'notes'}];

export function run(args: Args, io: Io): Promise<ExitCode> {
	return withDaemon(args, io, 'read', async daemon => {
		const update = await newest(daemon, 'snapshot');
		if (!update.ok) return update;
		const {servers} = update.value.snapshot;
		const output = outputFor(args, io);
		if (output.wantsJson) output.json({version: 1, servers});
		else if (servers.length === 0) output.line('There are no servers: put WireGuard .conf files into the tunnel folder.');
		else {
			const rows = servers.map(({current, id, city, country, endpoint, lastResult, problem, notes}) => [
				current ? '*' : ' ',
				id,
				city ?? '',
				country ?? '',
				endpoint ?? '',
				lastResult ?? '',
				[...(problem === null ? [] : [paint('bad', problem)]), ...notes].join('; '),
			]);
			for (const text of tableLines(columns, rows)) output.line(text);
		}
		return ok(exitCodes.fine);
	});
}
