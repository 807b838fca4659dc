/** A status as text for a person. Pure. */
import type {DrillView} from '../control/schema.ts';
import type {Status} from '../control/status-schema.ts';
import {formatCountdown, formatAge, formatBytes, layerDetail, withThousands} from '../console/format.ts';
import {exitUnknown} from '../console/select/exit-words.ts';
import {keyInFull} from '../console/select/server-words.ts';
import {portWords} from '../console/select/port-words.ts';
import {rotationText} from '../console/select/rotation-words.ts';
import {paint, problemLines, type Tone} from './output.ts';
import type {Problem} from '../problem.ts';
import {factLines, tableLines} from './table.ts';

type Fact = readonly [label: string, ...lines: readonly string[]];

const stateTones: Readonly<Record<Status['state'], Tone>> = {
	connected: 'good',
	connecting: 'warn',
	degraded: 'warn',
	switching: 'warn',
	blocked: 'warn',
	lockdown: 'strong',
};

export function statusLines(status: Status): readonly string[] {
	const {detail, layers, problems} = status;
	return [
		headline(status),
		...(detail === '' ? [] : [detail]),
		...(status.unconfirmed === null ? [] : [paint('warn', `Not confirmed: everything opens again in ${formatCountdown(status.unconfirmed.leftSeconds * 1000)}; run \`vks confirm\`.`)]),
		'',
		...factLines(factsOf(status)),
		'',
		...tableLines(
			[{title: 'layer'}, {title: 'state'}, {title: 'detail'}],
			layers.map(layer => [layer.name, layer.state === 'held' ? layer.state : paint(layer.state === 'missing' ? 'bad' : 'warn', layer.state), layerDetail(layer)]),
		),
		...(problems.length === 0 ? [] : ['', ...problems.flatMap(problem => problemLines(problem as Problem, status.carries !== null))]),
	];
}

/** State and proof, in that order. */
export function headline(status: Status): string {
	const {state, cause} = status;
	const word = cause === null ? state.toUpperCase() : `${state.toUpperCase()} ${cause}`;
	return `${paint(stateTones[state], word)}  ${proofWords(status)}`;
}

function proofWords({proof}: Status): string {
	const age = proof.ageSeconds === null ? '' : ` ${ageWords(proof.ageSeconds)}`;
	return paint(proof.kind === 'proven' ? 'good' : 'bad', `${proof.kind.replaceAll('-', ' ').toUpperCase()}${age}`);
}

function factsOf(status: Status): readonly Fact[] {
	const {at, since, proof, tunnel, healing, reconnects, drops, exceptions, catalogue, rotation, lastDrill, unsafeNetwork, daemon} = status;
	const [home, ...smaller] = daemon.home;
	return [
		['since', `${since} (${formatAge(Date.parse(at) - Date.parse(since))})`],
		['proof', proof.covers.length === 0 ? 'nothing was read back' : `${proof.covers.join(', ')} read back; ruleset ${proof.rulesetHash?.slice(0, 16) ?? 'unknown'}`, ...proof.detail.map(text => paint('bad', text))],
		...(tunnel === null ? [['tunnel', 'none'] as const] : tunnelFacts(tunnel, Date.parse(at))),
		...(healing.detail === '' ? [] : [['healing', paint('warn', healing.detail)] as const]),
		...(healing.standIn === null ? [] : [['target', `${healing.target ?? 'none'}; ${healing.standIn} stands in until it is lost, or \`vks reconnect\``] as const]),
		...(reconnects.last === null ? [] : [['reconnects', `${reconnects.count}; last ${reconnectWords(reconnects.last, Date.parse(at))}`] as const]),
		...portFact(status),
		...(catalogue === null ? [] : [['list', catalogueWords(catalogue)] as const]),
		...(rotation.next === null ? [] : [['next', rotationWords(rotation, Date.parse(at))] as const]),
		['drops', `${withThousands(drops.total)} refused, ${withThousands(drops.perSecond)} in the last second`],
		...egressFact(status),
		['drill', lastDrill === null ? 'none yet' : drillWords(lastDrill, Date.parse(at))],
		...(exceptions.length === 0 ? [] : [['exceptions', ...exceptions.map(exceptionWords)] as const]),
		...(unsafeNetwork.length === 0 ? [] : [['open', paint('bad', `${unsafeNetwork.join(', ')}: open because a refusal was overridden`)] as const]),
		...(home === undefined ? [] : [['home', home, ...smaller] as const]),
		['daemon', `vks ${daemon.version}, pid ${daemon.pid}, up ${formatAge(Date.parse(at) - Date.parse(daemon.startedAt))}`],
	];
}

/** Counted apart from packets: a name is refused where it is asked for, or by the proxy. */
function egressFact({egress, at}: Status): readonly Fact[] {
	if (egress === null) return [];
	const {lookUps, connections, names: [last]} = egress;
	const words = [`${withThousands(lookUps)} look-up${lookUps === 1 ? '' : 's'} and ${withThousands(connections)} connection${connections === 1 ? '' : 's'} refused for their names`];
	if (last !== undefined) words.push(`last ${last.name ?? 'without a name'}${last.uid === null ? '' : `, uid ${last.uid}`}, ${formatAge(Date.parse(at) - Date.parse(last.lastAt))} ago`);
	return [['names', ...words]];
}

function portFact({forwardedPort: port, at}: Status): readonly Fact[] {
	const words = portWords(
		port.kind === 'open' ? {kind: 'open', port: port.port, sinceMs: Date.parse(port.since), endsAtMs: Date.parse(port.endsAt), trouble: port.trouble}
		: port.kind === 'refused' ? {kind: 'refused', cause: port.cause, retryAtMs: Date.parse(port.retryAt)}
		: port,
		Date.parse(at),
	);
	return words === null ? [] : [['port', words.tone === 'warn' ? paint('warn', words.text) : words.text]];
}

const drillTones: Readonly<Record<DrillView['kind'], Tone>> = {passed: 'good', failed: 'bad', inconclusive: 'warn'};

const drillWords = ({kind, full, atMs, detail}: DrillView, nowMs: number): string => `${paint(drillTones[kind], kind)} ${formatAge(nowMs - atMs)} ago${full ? ' (full)' : ''}: ${detail}`;

function tunnelFacts(tunnel: NonNullable<Status['tunnel']>, nowMs: number): readonly Fact[] {
	const {driver, server, endpoint, exit, exitUnanswered, handshakeAgeSeconds, rxBytes, txBytes, votes, mtu, keepaliveSeconds, key, epoch, forgotten} = tunnel;
	const handshake = handshakeAgeSeconds === null ? 'no handshake yet' : `handshake ${ageWords(handshakeAgeSeconds)} ago`;
	const where = exit === null ? exitUnknown(exitUnanswered && {host: exitUnanswered.host, atMs: Date.parse(exitUnanswered.at)}, nowMs, 'not asked yet')[0] : [exit.address, exit.city, exit.country].filter(part => part !== null).join(', ');
	return [
		['server', `${server} at ${endpoint}`],
		['tunnel', `${tunnel.interface} (${driver}), ${handshake}, ${formatBytes(rxBytes)} received, ${formatBytes(txBytes)} sent`],
		['exit', where],
		...(votes.length === 0 ? [] : [['health', ...votes.map(voteWords)] as const]),
		['link', `MTU ${mtu}, keepalive ${keepaliveSeconds === null ? 'off' : `${keepaliveSeconds}s`}`],
		...(key === null ? [] : [['key', keyInFull({sinceMs: Date.parse(key.since), how: key.how, untilMs: key.until === null ? null : Date.parse(key.until)}, nowMs)] as const]),
		['epoch', `${epoch}${forgotten === null ? '' : `; ${withThousands(forgotten)} connections from before it forgotten`}`],
	];
}

const voteTones: Readonly<Record<NonNullable<Status['tunnel']>['votes'][number]['verdict'], Tone | null>> = {good: 'good', suspect: 'warn', bad: 'bad', none: null};

function voteWords({source, verdict, detail}: NonNullable<Status['tunnel']>['votes'][number]): string {
	const tone = voteTones[verdict];
	const word = verdict === 'none' ? 'no vote' : verdict;
	return `${source} ${tone === null ? word : paint(tone, word)}: ${detail}`;
}

const reconnectWords = ({at, from, to, reason, tookSeconds}: NonNullable<Status['reconnects']['last']>, nowMs: number): string =>
	`${formatAge(nowMs - Date.parse(at))} ago, ${from === to ? to : `from ${from} to ${to}`}, after ${tookSeconds} s: ${reason}`;

const catalogueWords = ({host, ageSeconds, skipped}: NonNullable<Status['catalogue']>): string =>
	`${host}, ${ageSeconds === null ? 'not read yet' : `read ${formatAge(ageSeconds * 1000)} ago`}${skipped === 0 ? '' : `; ${withThousands(skipped)} entries of it cannot be used`}`;

const rotationWords = ({everySeconds, by, next, nextAt, waitsFor}: Status['rotation'], nowMs: number): string =>
	rotationText({everyMs: everySeconds === null ? null : everySeconds * 1000, by, next, atMs: nextAt === null ? null : Date.parse(nextAt), waitsFor}, nowMs);

const exceptionWords = ({id, what, open, leftSeconds, by, reason}: Status['exceptions'][number]): string =>
	`${paint('warn', `${id}: ${what} ${open ? 'open' : 'closed'}, ${formatCountdown(leftSeconds * 1000)} left`)} (${by}: ${reason})`;

const ageWords = (seconds: number): string => (seconds < 10 ? `${seconds.toFixed(1)}s` : formatAge(seconds * 1000));
