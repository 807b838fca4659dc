/** The rows of the tunnel panel. Problems come first; what there is no room for is what matters least. */
import type {LayerView, Snapshot, TunnelView} from '../../control/schema.ts';
import {formatAge, formatByteRate, formatBytes, sparkline} from '../format.ts';
import {fitLine, span, textWidth, wrapText, type Line} from '../text.ts';
import type {Theme, Tone} from '../theme.ts';
import {selectHandshake} from './handshake.ts';
import {barLine} from './header.ts';

interface Space {
	readonly width: number;
	readonly height: number;
	readonly nowMs: number;
	readonly theme: Theme;
	/** No fresh reading: what was held then may not be held now. */
	readonly old: boolean;
}

const labelWidth = 11;

function labelled(label: string, ...value: Line): Line {
	return [span(label.padEnd(labelWidth), 'label'), ...value];
}

export function tunnelLines(snapshot: Snapshot, space: Space): readonly Line[] {
	const {tunnel} = snapshot;
	const wide = space.width >= 76;
	const leftWidth = Math.min(56, Math.floor(space.width * 0.56));
	const facts = tunnel === null ? withoutTunnel(snapshot, wide ? leftWidth : space.width) : tunnelFacts(snapshot, tunnel, wide ? {...space, width: leftWidth - 1} : space);
	const layers = layerLines(snapshot.layers, {theme: space.theme, old: space.old, width: wide ? space.width - leftWidth : space.width, wrapped: wide});
	const problems = problemLines(snapshot, space);
	// Two columns when there is room: facts beside layers.
	const room = space.height - problems.length;
	// Below each other when not, and then the later facts give way to the layers.
	const body = wide ? beside(facts, layers, {width: space.width, leftWidth, theme: space.theme}) : [...facts.slice(0, Math.max(3, room - layers.length)), ...layers];
	return [...problems, ...body].slice(0, space.height);
}

function withoutTunnel(snapshot: Snapshot, width: number): readonly Line[] {
	const {state, uplink, reconnects} = snapshot;
	return [
		labelled('tunnel', span('none', 'warn')),
		labelled('target', span(state.server ?? 'none')),
		...(uplink === null ? [labelled('uplink', span('none', 'warn'))] : [uplinkLine(uplink, width)]),
		labelled('dialled', span(`${reconnects.count} times${reconnects.lastReason === null ? '' : `, last: ${reconnects.lastReason}`}`)),
	];
}

function tunnelFacts(snapshot: Snapshot, tunnel: TunnelView, space: Space): readonly Line[] {
	const {theme, nowMs} = space;
	const {symbols} = theme;
	const column = space.width;
	const barWidth = Math.max(8, Math.min(24, column - labelWidth - 8));
	const handshake = selectHandshake(tunnel, {nowMs, width: barWidth});
	const {exit} = tunnel;
	const rate = (symbol: string, perSecond: number, total: number, history: readonly number[]): Line => {
		const sum = `${formatBytes(total).padEnd(6)} `;
		const room = Math.max(0, Math.min(60, column - labelWidth - sum.length - 1));
		return [span(symbol, 'label'), span(` ${formatByteRate(perSecond)}`.padEnd(labelWidth - 1)), span(sum), span(sparkline(history, {width: room, levels: symbols.spark}), 'accent')];
	};
	return [
		labelled('endpoint', span(tunnel.endpoint)),
		labelled('exit', exit === null ? span('not known yet', 'warn') : span(firstThatFits([[exit.address, exit.city, exit.country], [exit.address, exit.city], [exit.address]].map(parts => parts.filter(Boolean).join(', ')), column - labelWidth - 1))),
		labelled('handshake', span(`${handshake.text.padEnd(6)} `, handshake.tone), ...barLine(handshake, barWidth, theme)),
		rate(symbols.down, tunnel.rxBytesPerSecond, tunnel.rxBytes, tunnel.rxHistory),
		rate(symbols.up, tunnel.txBytesPerSecond, tunnel.txBytes, tunnel.txHistory),
		labelled('address', span(tunnel.addresses.join(', '))),
		labelled('DNS', span(tunnel.resolvers.length === 0 ? 'none' : tunnel.resolvers.join(', '), tunnel.resolvers.length === 0 ? 'warn' : 'plain')),
		labelled('up', span(`${tunnel.connectedAtMs === null ? 'not yet' : formatAge(nowMs - tunnel.connectedAtMs)}, epoch ${tunnel.epoch}, ${snapshot.reconnects.count} reconnect${snapshot.reconnects.count === 1 ? '' : 's'}`)),
		...(snapshot.reconnects.lastReason === null ? [] : [labelled('last', span(snapshot.reconnects.lastReason))]),
		labelled('link', span(`MTU ${tunnel.mtu}, keepalive ${tunnel.keepaliveSeconds === null ? 'off' : `${tunnel.keepaliveSeconds}s`}`)),
		...(snapshot.uplink === null ? [labelled('uplink', span('none', 'warn'))] : [uplinkLine(snapshot.uplink, space.width)]),
	];
}

function uplinkLine(uplink: NonNullable<Snapshot['uplink']>, width: number): Line {
	const address = `${uplink.name} ${uplink.addresses[0] ?? ''}`;
	return labelled('uplink', span(firstThatFits([`${address} via ${uplink.gateway ?? 'no gateway'}`, address], width - labelWidth)), ...(uplink.up ? [] : [span(' DOWN', 'bad')]));
}

/** The fullest text there is room for; the shortest when there is room for none. */
function firstThatFits(texts: readonly string[], width: number): string {
	return texts.find(text => textWidth(text) <= width) ?? texts.at(-1) ?? '';
}

const layerTones: Readonly<Record<LayerView['state'], Tone>> = {held: 'good', missing: 'bad', unsupported: 'warn', foreign: 'warn'};
const layerNames: Readonly<Record<LayerView['name'], string>> = {firewall: 'firewall', routing: 'routing', egress: 'egress', ipv6: 'IPv6', dns: 'DNS'};

function layerLines(layers: readonly LayerView[], {theme, old, width, wrapped}: {readonly theme: Theme; readonly old: boolean; readonly width: number; readonly wrapped: boolean}): readonly Line[] {
	return layers.flatMap(layer => {
		const symbol = old ? theme.symbols.unknown : layer.state === 'held' ? theme.symbols.proven : layer.state === 'missing' ? theme.symbols.failed : theme.symbols.unknown;
		const name = span(`${symbol} ${layerNames[layer.name]}`.padEnd(labelWidth), old ? 'warn' : layerTones[layer.state]);
		const detail = `${layer.state === 'held' ? '' : `${layer.state}: `}${layer.detail}`;
		if (!wrapped) return [[name, span(detail)]];
		return wrapText(detail, width - labelWidth).map((text, index): Line => [index === 0 ? name : span(' '.repeat(labelWidth)), span(text)]);
	});
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
