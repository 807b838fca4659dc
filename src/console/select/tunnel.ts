/** The rows of the tunnel panel. Problems come first; what there is no room for is what matters least. */
import type {LayerView, Snapshot, TunnelView} from '../../control/schema.ts';
import {formatAge, formatByteRate, formatBytes, sparkline} from '../format.ts';
import {fitLine, lineWidth, span, wrapText, type Line} from '../text.ts';
import type {Theme, Tone} from '../theme.ts';
import {selectHandshake} from './handshake.ts';
import {barLine} from './header.ts';

interface Space {
	readonly width: number;
	readonly height: number;
	readonly nowMs: number;
	readonly theme: Theme;
}

const labelWidth = 10;

function labelled(label: string, ...value: Line): Line {
	return [span(label.padEnd(labelWidth), 'label'), ...value];
}

export function tunnelLines(snapshot: Snapshot, space: Space): readonly Line[] {
	const {tunnel} = snapshot;
	const wide = space.width >= 76;
	const facts = tunnel === null ? withoutTunnel(snapshot) : tunnelFacts(snapshot, tunnel, space);
	const layers = layerLines(snapshot.layers, space);
	const problems = problemLines(snapshot, space);
	// Two columns when there is room: facts beside layers.
	const body = wide ? beside(facts, layers, space) : [...facts, ...layers];
	return [...problems, ...body].slice(0, space.height);
}

function withoutTunnel(snapshot: Snapshot): readonly Line[] {
	const {state, uplink, reconnects} = snapshot;
	return [
		labelled('tunnel', span('none', 'warn')),
		labelled('target', span(state.server ?? 'none')),
		...(uplink === null ? [labelled('uplink', span('none', 'warn'))] : [uplinkLine(uplink)]),
		labelled('dialled', span(`${reconnects.count} times${reconnects.lastReason === null ? '' : `, last: ${reconnects.lastReason}`}`)),
	];
}

function tunnelFacts(snapshot: Snapshot, tunnel: TunnelView, space: Space): readonly Line[] {
	const {theme, nowMs} = space;
	const {symbols} = theme;
	const column = space.width >= 76 ? Math.min(54, Math.floor(space.width * 0.6)) : space.width;
	const barWidth = Math.max(8, Math.min(24, column - labelWidth - 8));
	const handshake = selectHandshake(tunnel, {nowMs, width: barWidth});
	const {exit} = tunnel;
	const rate = (symbol: string, perSecond: number, total: number, history: readonly number[]): Line => {
		const numbers = `${formatByteRate(perSecond).padStart(8)} ${formatBytes(total).padStart(7)} `;
		const room = Math.max(0, Math.min(60, column - labelWidth - numbers.length - 1));
		return labelled(symbol, span(numbers), span(sparkline(history, {width: room, levels: symbols.spark}), 'accent'));
	};
	return [
		labelled('endpoint', span(tunnel.endpoint)),
		labelled('exit', span(exit === null ? 'not known yet' : [exit.address, exit.city, exit.country].filter(Boolean).join(', '), exit === null ? 'warn' : 'plain')),
		labelled('handshake', span(`${handshake.text.padEnd(6)} `, handshake.tone), ...barLine(handshake, barWidth, theme)),
		rate(`${symbols.down} received`, tunnel.rxBytesPerSecond, tunnel.rxBytes, tunnel.rxHistory),
		rate(`${symbols.up} sent`, tunnel.txBytesPerSecond, tunnel.txBytes, tunnel.txHistory),
		labelled('address', span(tunnel.addresses.join(', '))),
		labelled('DNS', span(tunnel.resolvers.length === 0 ? 'none' : tunnel.resolvers.join(', '), tunnel.resolvers.length === 0 ? 'warn' : 'plain')),
		labelled('up', span(`${tunnel.connectedAtMs === null ? 'not yet' : formatAge(nowMs - tunnel.connectedAtMs)}, epoch ${tunnel.epoch}, ${snapshot.reconnects.count} reconnect${snapshot.reconnects.count === 1 ? '' : 's'}`)),
		...(snapshot.reconnects.lastReason === null ? [] : [labelled('last', span(snapshot.reconnects.lastReason))]),
		labelled('link', span(`MTU ${tunnel.mtu}, keepalive ${tunnel.keepaliveSeconds === null ? 'off' : `${tunnel.keepaliveSeconds}s`}`)),
		...(snapshot.uplink === null ? [labelled('uplink', span('none', 'warn'))] : [uplinkLine(snapshot.uplink)]),
	];
}

function uplinkLine(uplink: NonNullable<Snapshot['uplink']>): Line {
	return labelled('uplink', span(`${uplink.name} ${uplink.addresses[0] ?? ''}${uplink.gateway === null ? '' : ` via ${uplink.gateway}`}`), ...(uplink.up ? [] : [span(' DOWN', 'bad')]));
}

const layerTones: Readonly<Record<LayerView['state'], Tone>> = {held: 'good', missing: 'bad', unsupported: 'warn', foreign: 'warn'};
const layerNames: Readonly<Record<LayerView['name'], string>> = {firewall: 'firewall', routing: 'routing', egress: 'egress', ipv6: 'IPv6', dns: 'DNS'};

function layerLines(layers: readonly LayerView[], {theme}: Space): readonly Line[] {
	return layers.map(layer => {
		const symbol = layer.state === 'held' ? theme.symbols.proven : layer.state === 'missing' ? theme.symbols.failed : theme.symbols.unknown;
		return [span(`${symbol} ${layerNames[layer.name]}`.padEnd(labelWidth), layerTones[layer.state]), span(` ${layer.state === 'held' ? '' : `${layer.state}: `}${layer.detail}`)];
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

function beside(left: readonly Line[], right: readonly Line[], {width, theme}: Space): readonly Line[] {
	const leftWidth = Math.min(54, Math.floor(width * 0.6), Math.max(0, ...left.map(lineWidth)) + 2);
	return Array.from({length: Math.max(left.length, right.length)}, (_, row) => [
		...fitLine(left[row] ?? [], leftWidth - 1, theme.symbols.ellipsis), span(' '), ...fitLine(right[row] ?? [], width - leftWidth, theme.symbols.ellipsis),
	]);
}
