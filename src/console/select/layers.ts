/** The layers as rows: each with its state, and as much of its detail as there is room for. */
import type {LayerView} from '../../control/schema.ts';
import {layerDetail} from '../format.ts';
import {span, wrapText, type Line, type Span} from '../text.ts';
import type {Theme, Tone} from '../theme.ts';
import {labelWidth} from './fields.ts';

const layerTones: Readonly<Record<LayerView['state'], Tone>> = {held: 'good', missing: 'bad', unsupported: 'warn', foreign: 'warn'};
const layerNames: Readonly<Record<LayerView['name'], string>> = {firewall: 'firewall', routing: 'routing', 'reverse-path': 'rev-path', egress: 'egress', 'af-xdp': 'AF_XDP', ipv6: 'IPv6', dns: 'DNS'};

interface Space {
	readonly theme: Theme;
	/** No fresh reading: what was held then may not be held now. */
	readonly old: boolean;
	readonly width: number;
	readonly height: number;
}

/** Every layer has a row; rows to spare go round among the details that need more. */
export function layerLines(layers: readonly LayerView[], {theme, old, width, height}: Space): readonly Line[] {
	const wrapped = layers.map(layer => wrapText(wordsOf(layer), width - labelWidth));
	const rows = shareRows(wrapped.map(lines => lines.length), height);
	return layers.flatMap((layer, which) => {
		const lines = wrapped[which] ?? [];
		const last = (rows[which] ?? 1) - 1;
		// What finds no row is cut where the reader sees it.
		const shown = [...lines.slice(0, last), lines.slice(last).join(' ')];
		return shown.map((text, index): Line => [index === 0 ? nameOf(layer, theme, old) : span(' '.repeat(labelWidth)), span(text)]);
	});
}

/** Those that are held by name, several in a row; each of the others with its detail, and before them. */
export function shortLayerLines(layers: readonly LayerView[], {theme, old, width}: Omit<Space, 'height'>): readonly Line[] {
	const held = layers.filter(({state}) => state === 'held').map(layer => nameOf(layer, theme, old));
	const perRow = Math.max(1, Math.floor(width / labelWidth));
	return [
		...layers.filter(({state}) => state !== 'held').map((layer): Line => [nameOf(layer, theme, old), span(wordsOf(layer))]),
		...Array.from({length: Math.ceil(held.length / perRow)}, (_, row): Line => held.slice(row * perRow, (row + 1) * perRow)),
	];
}

const wordsOf = (layer: LayerView): string => `${layer.state === 'held' ? '' : `${layer.state}: `}${layerDetail(layer)}`;

function nameOf({name, state}: LayerView, {symbols}: Theme, old: boolean): Span {
	const symbol = old ? symbols.unknown : state === 'held' ? symbols.proven : state === 'missing' ? symbols.failed : symbols.unknown;
	return span(`${symbol} ${layerNames[name]}`.padEnd(labelWidth), old ? 'warn' : layerTones[state]);
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
