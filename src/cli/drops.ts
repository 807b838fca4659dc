/** `vks drops`: what was refused, and by which rule. */
import type {DropView} from '../control/schema.ts';
import {isoTime} from '../control/status.ts';
import {formatAddress} from '../console/format.ts';
import {frameOf} from '../console/select/drop-fields.ts';
import {ok} from '../result.ts';
import {follow, newest, withDaemon} from './daemon.ts';
import {exitCodes, hasOption, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor, paint, type Output} from './output.ts';

export function run(args: Args, io: Io): Promise<ExitCode> {
	const output = outputFor(args, io);
	return withDaemon(args, io, 'read', async daemon => {
		if (hasOption(args, 'follow')) {
			return follow(daemon, ['drops'], io.signal, update => {
				if (update.type === 'drops') printFollowed(output, update.records, update.lost);
			});
		}
		const update = await newest(daemon, 'drops');
		if (!update.ok) return update;
		const {records, lost} = update.value;
		if (output.wantsJson) output.json({version: 1, lost, records: records.map(dropJson)});
		else if (records.length === 0) output.line('Nothing was refused since the daemon started.');
		else for (const record of records) output.line(dropLine(record));
		return ok(exitCodes.fine);
	});
}

/** One line each, so that nothing has to wait for the end of the list. */
function printFollowed(output: Output, records: readonly DropView[], lost: number): void {
	for (const record of records) {
		if (output.wantsJson) output.json({type: 'drop', ...dropJson(record)});
		else output.line(dropLine(record));
	}
	if (lost === 0) return;
	if (output.wantsJson) output.json({type: 'lost', count: lost});
	else output.line(paint('warn', `${lost} more were refused and not recorded`));
}

const dropJson = ({atMs, ...record}: DropView): object => ({at: isoTime(atMs), ...record});

export function dropLine(drop: DropView): string {
	const via = [drop.inInterface === null ? '' : `from ${drop.inInterface}`, drop.outInterface === null ? '' : `to ${drop.outInterface}`].filter(Boolean).join(' ');
	const type = drop.icmpType === null ? '' : ` type ${drop.icmpType}`;
	const who = drop.uid === null ? '' : `  uid ${drop.uid}${ownerText(drop)}`;
	const drill = drop.drill === true ? '  (drill)' : '';
	const flow = namedFlow(drop) ?? frameOf(drop) ?? `${drop.protocol}${type} ${formatAddress(drop.source, drop.sourcePort)} -> ${formatAddress(drop.destination, drop.destinationPort)}`;
	return `${isoTime(drop.atMs)}  ${paint('strong', drop.ruleId)}  ${drop.direction} ${via}  ${flow}${who}${drill}`;
}

/** A look-up of a name, or a connection that bears it. */
function namedFlow({named, destination, destinationPort}: DropView): string | null {
	if (named === undefined) return null;
	return `${named.how === 'look-up' ? 'look-up of' : 'connection to'} ${formatAddress(destination, destinationPort)}${named.times === 1 ? '' : `, ${named.times} times`}`;
}

/** ` (radarr), Radarr, pid 77, docker 3f2a9c1b0d4e`: what was known when the record arrived. */
function ownerText({owner = {}}: DropView): string {
	const {user, process, pid, container} = owner;
	const parts = [process, pid === undefined ? undefined : `pid ${pid}`, container].filter(part => part !== undefined);
	return `${user === undefined ? '' : ` (${user})`}${parts.map(part => `, ${part}`).join('')}`;
}
