/** The rows of the tunnel panel. Problems come first; what there is no room for is what matters least. */
import type {Snapshot, TunnelView} from '../../control/schema.ts';
import {formatAge, formatByteRate, formatBytes, sparkline} from '../format.ts';
import {fitLine, lineWidth, span, wrapText, type Line} from '../text.ts';
import type {Theme, Tone} from '../theme.ts';
import {exceptionRows} from './exceptions.ts';
import {exitUnknown} from './exit-words.ts';
import {firstThatFits, labelled, labelWidth} from './fields.ts';
import {barLine, selectHandshake} from './handshake.ts';
import {layerLines, shortLayerLines} from './layers.ts';
import {reconnectLines} from './reconnects.ts';
import {portWords} from './port-words.ts';
import {keyInFull, keyText, tunnelKey} from './server-words.ts';
import {trafficPasses, withoutState} from './truth.ts';
import {historyLine, rttLine, verdictTones, voteNames, voteValue} from './votes.ts';

interface Space {
	readonly width: number;
	readonly height: number;
	readonly nowMs: number;
	readonly theme: Theme;
	/** No fresh reading: what was held then may not be held now. */
	readonly old: boolean;
	readonly offsetMinutes: number;
}

/** As far as the uplink, in the order of `tunnelFacts`. */
const factsThatMatter = 12;
/** A blank row, the count, and one reconnect on two rows. */
const roomForHistory = 4;
/** Where histories begin, below each other. */
const valueWidth = 7;

export function tunnelLines(snapshot: Snapshot, space: Space): readonly Line[] {
	const {tunnel} = snapshot;
	const wide = space.width >= 76;
	const leftWidth = Math.min(56, Math.floor(space.width * 0.56));
	const facts = tunnel === null ? withoutTunnel(snapshot, wide ? leftWidth : space.width) : tunnelFacts(snapshot, tunnel, wide ? {...space, width: leftWidth - 1} : space);
	const problems = [...problemLines(snapshot, space), ...exceptionRows(snapshot.exceptions, space.nowMs)];
	const room = space.height - problems.length;
	// Two columns when there is room: facts beside layers, and below them what came before.
	if (wide) {
		const body = beside(facts, layerLines(snapshot.layers, {...space, width: space.width - leftWidth, height: room}), {width: space.width, leftWidth, theme: space.theme});
		const before = snapshot.reconnects.list.length > 0 && room - body.length >= roomForHistory ? [[], ...reconnectLines(snapshot.reconnects, space)] : [];
		return [...problems, ...body, ...before].slice(0, space.height);
	}
	// Below each other when not: the layers' details give way to the facts that matter most, and the other facts to the layers.
	const asNames = room - snapshot.layers.length < Math.min(facts.length, factsThatMatter);
	const short = asNames ? shortLayerLines(snapshot.layers, space) : null;
	const shown = facts.slice(0, Math.max(3, room - (short ?? snapshot.layers).length));
	return [...problems, ...shown, ...(short ?? layerLines(snapshot.layers, {...space, height: room - shown.length}))].slice(0, space.height);
}

function withoutTunnel(snapshot: Snapshot, width: number): readonly Line[] {
	const {state, uplink} = snapshot;
	return [
		labelled('tunnel', span('none', 'warn')),
		...(state.kind === 'lockdown' ? [labelled('ordered', span(withoutState(state)))] : [labelled('target', span(state.server ?? 'none'))]),
		...uplinkLines(uplink, width),
		reconnectsRow(snapshot),
	];
}

/** The most important first: the last ones give way. */
function tunnelFacts(snapshot: Snapshot, tunnel: TunnelView, space: Space): readonly Line[] {
	const {theme, nowMs, width} = space;
	const {exit} = tunnel;
	const passes = trafficPasses(snapshot.state.kind);
	const up = !passes ? 'no' : tunnel.connectedAtMs === null ? 'not yet' : formatAge(nowMs - tunnel.connectedAtMs);
	const key = tunnelKey(snapshot);
	const port = portWords(snapshot.forwardedPort, nowMs);
	return [
		labelled('endpoint', span(tunnel.endpoint)),
		labelled(passes ? 'exit' : 'last exit', exit === null ? span(firstThatFits(exitUnknown(tunnel.exitUnanswered ?? null, nowMs, 'not known yet'), width - labelWidth - 1), 'warn') : span(firstThatFits([[exit.address, exit.city, exit.country], [exit.address, exit.city], [exit.address]].map(parts => parts.filter(Boolean).join(', ')), width - labelWidth - 1))),
		handshakeRow(tunnel, space),
		...voteRows(tunnel, space),
		rateRow(theme.symbols.down, {perSecond: tunnel.rxBytesPerSecond, total: tunnel.rxBytes, history: tunnel.rxHistory}, space),
		rateRow(theme.symbols.up, {perSecond: tunnel.txBytesPerSecond, total: tunnel.txBytes, history: tunnel.txHistory}, space),
		labelled('up', span(`${up}, epoch ${tunnel.epoch}`)),
		...(port === null ? [] : [labelled('port', span(port.text, port.tone))]),
		reconnectsRow(snapshot),
		labelled('link', span(`MTU ${tunnel.mtu}, keepalive ${tunnel.keepaliveSeconds === null ? 'off' : `${tunnel.keepaliveSeconds}s`}`)),
		...(key === null ? [] : [labelled('key', span(firstThatFits([keyInFull(key, nowMs), ...(key.how === 'certificate' ? [] : [`at least ${keyText(key, nowMs)} old`]), keyText(key, nowMs)], width - labelWidth - 1)))]),
		...uplinkLines(snapshot.uplink, width),
		labelled('DNS', span(tunnel.resolvers.length === 0 ? 'none' : tunnel.resolvers.join(', '), tunnel.resolvers.length === 0 ? 'warn' : 'plain')),
		labelled('address', span(tunnel.addresses.join(', '))),
	];
}

const reconnectsRow = ({reconnects: {count, lastReason}}: Snapshot): Line => labelled('reconnects', span(count === 0 ? 'none' : lastReason === null ? String(count) : `${count}; ${lastReason}`));

const historyRoom = ({width}: Space): number => Math.max(0, Math.min(60, width - labelWidth - valueWidth - 1));

/** The bar, and beside it how the vote went. */
function handshakeRow(tunnel: TunnelView, space: Space): Line {
	const room = historyRoom(space);
	const vote = tunnel.votes.find(({source}) => source === 'handshake');
	const barWidth = Math.max(8, Math.min(24, vote === undefined ? room : Math.round(room * 0.6)));
	const handshake = selectHandshake(tunnel, {nowMs: space.nowMs, width: barWidth});
	const left = room - barWidth - 1;
	return labelled(
		'handshake', span(handshake.text.padEnd(valueWidth), handshake.tone), ...barLine(handshake, barWidth, space.theme),
		...(vote === undefined || left < 4 ? [] : [span(' '), ...historyLine(vote.history, left, space.theme)]),
	);
}

function voteRows({votes, rtt}: TunnelView, space: Space): readonly Line[] {
	const room = historyRoom(space);
	return votes.filter(({source}) => source !== 'handshake').map(vote => labelled(
		voteNames[vote.source],
		span(voteValue(vote).padEnd(valueWidth), verdictTones[vote.verdict]),
		...(vote.source !== 'dns' ? historyLine(vote.history, room, space.theme) : rtt.notAsked !== null ? [span(rtt.notAsked)] : rttLine(rtt.history, room, space.theme)),
	));
}

function rateRow(symbol: string, {perSecond, total, history}: {readonly perSecond: number; readonly total: number; readonly history: readonly number[]}, space: Space): Line {
	const line = sparkline(history, {width: historyRoom(space), levels: space.theme.symbols.spark});
	return [span(symbol, 'label'), span(` ${formatByteRate(perSecond)}`.padEnd(labelWidth - 1)), span(formatBytes(total).padEnd(valueWidth)), span(line, 'accent')];
}

/** The gateway has a row of its own where it does not fit beside the address. */
function uplinkLines(uplink: Snapshot['uplink'], width: number): readonly Line[] {
	if (uplink === null) return [labelled('uplink', span('none', 'warn'))];
	const address = [uplink.name, uplink.addresses[0]].filter(Boolean).join(' ');
	const gateway = uplink.gateway ?? 'none';
	const down = uplink.up ? [] : [span(' DOWN', 'bad')];
	const beside = labelled('uplink', span(`${address} via ${gateway}`), ...down);
	return lineWidth(beside) < width ? [beside] : [labelled('uplink', span(address), ...down), labelled('gateway', span(gateway))];
}

function problemLines(snapshot: Snapshot, {width}: Space): readonly Line[] {
	return snapshot.problems.flatMap(problem => {
		const tone: Tone = problem.severity === 'error' ? 'bad' : 'warn';
		const blocking = problem.stillBlocking === true ? '' : problem.stillBlocking === false ? ' NOT BLOCKING.' : ' Blocking: not known.';
		return [
			...wrapText(`! ${problem.what}${blocking}`, width).map((text): Line => [span(text, tone)]),
			...wrapText(`  next: ${problem.next}`, width).map((text): Line => [span(text)]),
		];
	});
}

function beside(left: readonly Line[], right: readonly Line[], {width, leftWidth, theme}: {readonly width: number; readonly leftWidth: number; readonly theme: Theme}): readonly Line[] {
	return Array.from({length: Math.max(left.length, right.length)}, (_, row) => [
		...fitLine(left[row] ?? [], leftWidth - 1, theme.symbols.ellipsis), span(' '), ...fitLine(right[row] ?? [], width - leftWidth, theme.symbols.ellipsis),
	]);
}
