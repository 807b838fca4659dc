/** Where an .ovpn file's servers are: `remote`, with `port` and `proto`, and `<connection>` blocks. */
import {parsePort, type Port, type Transport} from '../../net/port.ts';
import type {Report} from '../conf-report.ts';
import {quotable} from '../conf-lines.ts';
import {isLoopbackHost, nearHost, readPlainHost} from '../conf-values.ts';
import {findUse} from './directives.ts';
import {parseOvpnLines, type Block, type Directive} from './lines.ts';

export interface Remote {
	/** An address in canonical form, or a name as it was written. */
	readonly host: string;
	readonly port: Port;
	readonly transport: Transport;
}

/** CONNECTION_LIST_SIZE (options.h). */
const mostRemotes = 64;
const usualPort = '1194';

const transports: Readonly<Record<string, Transport>> = {
	'udp': 'udp', 'udp4': 'udp', 'udp6': 'udp',
	'tcp': 'tcp', 'tcp4': 'tcp', 'tcp6': 'tcp', 'tcp-client': 'tcp', 'tcp4-client': 'tcp', 'tcp6-client': 'tcp',
};

export function readRemotes(directives: readonly Directive[], blocks: readonly Block[], report: Report): readonly Remote[] {
	const inBlocks = blocks.filter(({name}) => name === 'connection').flatMap(block => readConnection(block, directives, report));
	const found = [...readFrom(directives, directives, report), ...inBlocks];
	if (found.length === 0 && report.problems().length === 0) report.add(null, 'there is no remote', 'Add `remote ADDRESS PORT udp`, with the address of the server');
	if (found.length > mostRemotes) report.note(`only the first ${mostRemotes} of ${found.length} remotes are used`);
	return found.slice(0, mostRemotes);
}

function readConnection({line, text}: Block, outer: readonly Directive[], report: Report): readonly Remote[] {
	const inner: Directive[] = [];
	for (const found of parseOvpnLines(text).map(one => ({...one, line: line + one.line}))) {
		if (found.kind === 'unreadable') report.add(found.line, `it cannot be read: ${found.why}`, found.next);
		if (found.kind === 'directive' && ['remote', 'port', 'rport', 'proto'].includes(found.name)) inner.push(found);
		else if (found.kind === 'directive' || found.kind === 'block') refuseInConnection(found, report);
	}
	return readFrom(inner, [...outer, ...inner], report);
}

function refuseInConnection({line, name}: Directive | Block, report: Report): void {
	const use = findUse(name);
	if (use?.kind === 'quiet') return;
	if (use?.kind === 'ignored') report.note(`${name} on line ${line} was ignored: ${use.why}`);
	else if (use?.kind === 'refused') report.add(line, `${name}: ${use.why}`, use.next);
	else report.add(line, `${quotable(name) ?? 'what stands here'} in a <connection>, which may hold remote, port and proto`, 'Move the line out of <connection>');
}

/** `defaults`: where port and proto are looked for; the last one counts, as in OpenVPN. */
function readFrom(directives: readonly Directive[], defaults: readonly Directive[], report: Report): readonly Remote[] {
	const last = (...names: readonly string[]): string | undefined => defaults.findLast(({name}) => names.includes(name))?.words[0];
	return directives.filter(({name}) => name === 'remote').flatMap(({line, words}) => {
		const host = readPlainHost(words[0] ?? '');
		const port = parsePort(words[1] ?? last('port', 'rport') ?? usualPort);
		const transport = transports[words[2] ?? last('proto') ?? 'udp'];
		const near = nearHost(words[0] ?? '');
		if (isLoopbackHost(words[0] ?? '')) report.note(`remote on line ${line} is on loopback: the policy opens nothing for what listens there and what it sends on`);
		if (near === null && host !== null && port !== null && transport !== undefined && words.length <= 3) return [{host, port, transport}];
		report.add(line, 'remote is not valid', near === null ? 'Write `remote ADDRESS PORT udp` or `remote ADDRESS PORT tcp`' : `Write ${near}`);
		return [];
	});
}
