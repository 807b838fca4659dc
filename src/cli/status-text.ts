/** A status as text for a person. Pure. */
import type {DrillView} from '../control/schema.ts';
import type {Status} from '../control/status-schema.ts';
import {formatCountdown, formatAge, formatBytes, layerDetail, withThousands} from '../console/format.ts';
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
	const {state, cause, detail, layers, problems} = status;
	const word = cause === null ? state.toUpperCase() : `${state.toUpperCase()} ${cause}`;
	return [
		`${paint(stateTones[state], word)}  ${proofWords(status)}`,
		...(detail === '' ? [] : [detail]),
		'',
		...factLines(factsOf(status)),
		'',
		...tableLines(
			[{title: 'layer'}, {title: 'state'}, {title: 'detail'}],
			layers.map(layer => [layer.name, layer.state === 'held' ? layer.state : paint(layer.state === 'missing' ? 'bad' : 'warn', layer.state), layerDetail(layer)]),
		),
		...(problems.length === 0 ? [] : ['', ...problems.flatMap(problem => problemLines(problem as Problem))]),
	];
}

function proofWords({proof}: Status): string {
	const age = proof.ageSeconds === null ? '' : ` ${ageWords(proof.ageSeconds)}`;
	return paint(proof.kind === 'proven' ? 'good' : 'bad', `${proof.kind.replaceAll('-', ' ').toUpperCase()}${age}`);
}

function factsOf(status: Status): readonly Fact[] {
	const {at, since, proof, tunnel, reconnects, drops, exceptions, lastDrill, unsafeNetwork, daemon} = status;
	return [
		['since', `${since} (${formatAge(Date.parse(at) - Date.parse(since))})`],
		['proof', proof.covers.length === 0 ? 'nothing was read back' : `${proof.covers.join(', ')} read back; ruleset ${proof.rulesetHash?.slice(0, 16) ?? 'unknown'}`, ...proof.detail.map(text => paint('bad', text))],
		...(tunnel === null ? [['tunnel', 'none'] as const] : tunnelFacts(tunnel, Date.parse(at))),
		...(reconnects.last === null ? [] : [['reconnects', `${reconnects.count}; last ${reconnectWords(reconnects.last, Date.parse(at))}`] as const]),
		['drops', `${withThousands(drops.total)} refused, ${withThousands(drops.perSecond)} in the last second`],
		['drill', lastDrill === null ? 'none yet' : drillWords(lastDrill, Date.parse(at))],
		...(exceptions.length === 0 ? [] : [['exceptions', ...exceptions.map(exceptionWords)] as const]),
		...(unsafeNetwork.length === 0 ? [] : [['open', paint('bad', `${unsafeNetwork.join(', ')}: open because a refusal was overridden`)] as const]),
		['daemon', `vks ${daemon.version}, pid ${daemon.pid}, up ${formatAge(Date.parse(at) - Date.parse(daemon.startedAt))}`],
	];
}

const drillTones: Readonly<Record<DrillView['kind'], Tone>> = {passed: 'good', failed: 'bad', inconclusive: 'warn'};

const drillWords = ({kind, full, atMs, detail}: DrillView, nowMs: number): string => `${paint(drillTones[kind], kind)} ${formatAge(nowMs - atMs)} ago${full ? ' (full)' : ''}: ${detail}`;

function tunnelFacts(tunnel: NonNullable<Status['tunnel']>, nowMs: number): readonly Fact[] {
	const {driver, server, endpoint, exit, handshakeAgeSeconds, rxBytes, txBytes, votes, mtu, keepaliveSeconds, keyFileChangedAt, epoch, forgotten} = tunnel;
	const handshake = handshakeAgeSeconds === null ? 'no handshake yet' : `handshake ${ageWords(handshakeAgeSeconds)} ago`;
	const where = exit === null ? 'not asked yet' : [exit.address, exit.city, exit.country].filter(part => part !== null).join(', ');
	return [
		['server', `${server} at ${endpoint}`],
		['tunnel', `${tunnel.interface} (${driver}), ${handshake}, ${formatBytes(rxBytes)} received, ${formatBytes(txBytes)} sent`],
		['exit', where],
		...(votes.length === 0 ? [] : [['health', ...votes.map(voteWords)] as const]),
		['link', `MTU ${mtu}, keepalive ${keepaliveSeconds === null ? 'off' : `${keepaliveSeconds}s`}${keyFileChangedAt === null ? '' : `, key file changed ${formatAge(nowMs - Date.parse(keyFileChangedAt))} ago`}`],
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

const exceptionWords = ({id, what, open, leftSeconds, by, reason}: Status['exceptions'][number]): string =>
	`${paint('warn', `${id}: ${what} ${open ? 'open' : 'closed'}, ${formatCountdown(leftSeconds * 1000)} left`)} (${by}: ${reason})`;

const ageWords = (seconds: number): string => (seconds < 10 ? `${seconds.toFixed(1)}s` : formatAge(seconds * 1000));
