/** The rows of the tunnel panel. Problems come first; what there is no room for is what matters least. */
import type {LayerView, Snapshot, TunnelView} from '../../control/schema.ts';
import {formatAge, formatByteRate, formatBytes, layerDetail, sparkline} from '../format.ts';
import {fitLine, lineWidth, span, textWidth, wrapText, type Line} from '../text.ts';
import type {Theme, Tone} from '../theme.ts';
import {exceptionRows} from './exceptions.ts';
import {selectHandshake} from './handshake.ts';
import {barLine} from './header.ts';
import {trafficPasses, withoutState} from './truth.ts';

interface Space {
	readonly width: number;
	readonly height: number;
	readonly nowMs: number;
	readonly theme: Theme;
	/** No fresh reading: what was held then may not be held now. */
	readonly old: boolean;
	/** Why the tunnel was last replaced. */
	readonly why: string | null;
}

const labelWidth = 11;

function labelled(label: string, ...value: Line): Line {
	return [span(label.padEnd(labelWidth), 'label'), ...value];
}

export function tunnelLines(snapshot: Snapshot, space: Space): readonly Line[] {
	const {tunnel} = snapshot;
	const wide = space.width >= 76;
	const leftWidth = Math.min(56, Math.floor(space.width * 0.56));
	const facts = tunnel === null ? withoutTunnel(snapshot, {width: wide ? leftWidth : space.width, why: space.why}) : tunnelFacts(snapshot, tunnel, wide ? {...space, width: leftWidth - 1} : space);
	const problems = [...problemLines(snapshot, space), ...exceptionRows(snapshot.exceptions, space.nowMs)];
	const room = space.height - problems.length;
	// Two columns when there is room: facts beside layers. Below each other when not, and then the later facts give way to the layers.
	const shown = wide ? facts : facts.slice(0, Math.max(3, room - snapshot.layers.length));
	const layers = layerLines(snapshot.layers, {theme: space.theme, old: space.old, width: wide ? space.width - leftWidth : space.width, height: wide ? room : room - shown.length});
	const body = wide ? beside(shown, layers, {width: space.width, leftWidth, theme: space.theme}) : [...shown, ...layers];
	return [...problems, ...body].slice(0, space.height);
}

function withoutTunnel(snapshot: Snapshot, {width, why}: Pick<Space, 'width' | 'why'>): readonly Line[] {
	const {state, uplink, reconnects} = snapshot;
	return [
		labelled('tunnel', span('none', 'warn')),
		...(state.kind === 'lockdown' ? [labelled('ordered', span(withoutState(state)))] : [labelled('target', span(state.server ?? 'none'))]),
		...uplinkLines(uplink, width),
		labelled('reconnects', span(String(reconnects.count))),
		...(why === null ? [] : [labelled('last', span(why))]),
	];
}

function tunnelFacts(snapshot: Snapshot, tunnel: TunnelView, space: Space): readonly Line[] {
	const {theme, nowMs} = space;
	const {symbols} = theme;
	const column = space.width;
	const barWidth = Math.max(8, Math.min(24, column - labelWidth - 8));
	const handshake = selectHandshake(tunnel, {nowMs, width: barWidth});
	const {exit} = tunnel;
	const reconnects = `${snapshot.reconnects.count} reconnect${snapshot.reconnects.count === 1 ? '' : 's'}`;
	const passes = trafficPasses(snapshot.state.kind);
	const up = !passes ? 'no' : tunnel.connectedAtMs === null ? 'not yet' : formatAge(nowMs - tunnel.connectedAtMs);
	const rate = (symbol: string, perSecond: number, total: number, history: readonly number[]): Line => {
		const sum = `${formatBytes(total).padEnd(6)} `;
		const room = Math.max(0, Math.min(60, column - labelWidth - sum.length - 1));
		return [span(symbol, 'label'), span(` ${formatByteRate(perSecond)}`.padEnd(labelWidth - 1)), span(sum), span(sparkline(history, {width: room, levels: symbols.spark}), 'accent')];
	};
	return [
		labelled('endpoint', span(tunnel.endpoint)),
		labelled(passes ? 'exit' : 'last exit', exit === null ? span('not known yet', 'warn') : span(firstThatFits([[exit.address, exit.city, exit.country], [exit.address, exit.city], [exit.address]].map(parts => parts.filter(Boolean).join(', ')), column - labelWidth - 1))),
		labelled('handshake', span(`${handshake.text.padEnd(6)} `, handshake.tone), ...barLine(handshake, barWidth, theme)),
		rate(symbols.down, tunnel.rxBytesPerSecond, tunnel.rxBytes, tunnel.rxHistory),
		rate(symbols.up, tunnel.txBytesPerSecond, tunnel.txBytes, tunnel.txHistory),
		labelled('address', span(tunnel.addresses.join(', '))),
		labelled('DNS', span(tunnel.resolvers.length === 0 ? 'none' : tunnel.resolvers.join(', '), tunnel.resolvers.length === 0 ? 'warn' : 'plain')),
		labelled('up', span(firstThatFits([`${up}, epoch ${tunnel.epoch}, ${reconnects}`, `${up}, ${reconnects}`, up], column - labelWidth))),
		...(space.why === null ? [] : [labelled('last', span(space.why))]),
		labelled('link', span(`MTU ${tunnel.mtu}, keepalive ${tunnel.keepaliveSeconds === null ? 'off' : `${tunnel.keepaliveSeconds}s`}`)),
		...uplinkLines(snapshot.uplink, space.width),
	];
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

/** The fullest text there is room for; the shortest when there is room for none. */
function firstThatFits(texts: readonly string[], width: number): string {
	return texts.find(text => textWidth(text) <= width) ?? texts.at(-1) ?? '';
}

const layerTones: Readonly<Record<LayerView['state'], Tone>> = {held: 'good', missing: 'bad', unsupported: 'warn', foreign: 'warn'};
const layerNames: Readonly<Record<LayerView['name'], string>> = {firewall: 'firewall', routing: 'routing', 'reverse-path': 'rev-path', egress: 'egress', 'af-xdp': 'AF_XDP', ipv6: 'IPv6', dns: 'DNS'};

/** Every layer has a row; rows to spare go round among the details that need more. */
function layerLines(layers: readonly LayerView[], {theme, old, width, height}: Pick<Space, 'theme' | 'old' | 'width' | 'height'>): readonly Line[] {
	const wrapped = layers.map(layer => wrapText(`${layer.state === 'held' ? '' : `${layer.state}: `}${layerDetail(layer)}`, width - labelWidth));
	const rows = shareRows(wrapped.map(lines => lines.length), height);
	return layers.flatMap((layer, which) => {
		const symbol = old ? theme.symbols.unknown : layer.state === 'held' ? theme.symbols.proven : layer.state === 'missing' ? theme.symbols.failed : theme.symbols.unknown;
		const name = span(`${symbol} ${layerNames[layer.name]}`.padEnd(labelWidth), old ? 'warn' : layerTones[layer.state]);
		const lines = wrapped[which] ?? [];
		const last = (rows[which] ?? 1) - 1;
		// What finds no row is cut where the reader sees it.
		const shown = [...lines.slice(0, last), lines.slice(last).join(' ')];
		return shown.map((text, index): Line => [index === 0 ? name : span(' '.repeat(labelWidth)), span(text)]);
	});
}

/** One each, then what is left one at a time to those that need it. */
function shareRows(needed: readonly number[], height: number): readonly number[] {
	const rows = needed.map(() => 1);
	let spare = height - rows.length;
	while (spare > 0 && rows.some((given, index) => given < (needed[index] ?? 1))) {
		for (const [index, given] of rows.entries()) {
			if (spare === 0 || given >= (needed[index] ?? 1)) continue;
			rows[index] = given + 1;
			spare -= 1;
		}
	}
	return rows;
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
