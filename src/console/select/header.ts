/** The header: the truth in two rows, always of the live moment. */
import {exceptionsWord} from './exceptions.ts';
import {formatAge, formatByteRate, formatClock, formatCount} from '../format.ts';
import type {DrillView} from '../../control/schema.ts';
import type {Segment} from '../segments.ts';
import {span, type Line} from '../text.ts';
import type {Symbols, Theme, Tone} from '../theme.ts';
import type {ViewState} from '../view.ts';
import {selectHandshake, type Handshake} from './handshake.ts';
import {frozenWord} from './moment.ts';
import {proofWord, staleness, stateWord, trafficPasses, type Word} from './truth.ts';

export function wordLine(word: Word, symbols: Symbols): Line {
	const symbol = symbols[word.symbol];
	return [span(`${typeof symbol === 'string' ? symbol : '?'} ${word.text}`, word.tone)];
}

export function headerTop(state: ViewState, {symbols}: Theme): readonly Segment[] {
	const {snapshot} = state.live;
	const word = stateWord(state);
	const proof = proofWord(state);
	const readOnly = state.readOnly || (state.link.kind === 'open' && state.link.readOnly);
	const server = snapshot?.state.server ?? snapshot?.tunnel?.server ?? null;
	// Where traffic comes out is said only while some passes.
	const exit = snapshot !== null && trafficPasses(snapshot.state.kind) ? (snapshot.tunnel?.exit ?? null) : null;
	return [
		{order: proof.bad ? 3 : 0, line: [...wordLine(word, symbols), ...(word.staleMs === null ? [] : [span(` ${formatAge(word.staleMs)} ago`, 'warn')])]},
		{order: 0, line: [...wordLine(proof, symbols), ...(proof.ageMs === null ? [] : [span(` ${formatAge(proof.ageMs)}`, proof.tone)])]},
		{order: 1, line: state.frozen === null ? [] : [span(` ${frozenWord(state, state.frozen)} `, 'notice')]},
		{order: 3, line: server === null ? [] : [span(server, 'accent')]},
		{order: 4, line: exit === null ? [] : [span(`exit ${exit.address}`)]},
		{order: 5, line: exit === null || exit.city === null ? [] : [span(exit.city)]},
		{order: 6, right: true, line: readOnly ? [span('read-only', 'warn')] : []},
		{order: 2, right: true, line: layersLine(state)},
	];
}

export function layersLine(state: ViewState): Line {
	const layers = state.live.snapshot?.layers ?? [];
	if (layers.length === 0) return [];
	// An old reading of the layers is as little proof as an old PROVEN.
	if (staleness(state) !== null) return [span('layers ?', 'bad')];
	const held = layers.filter(layer => layer.state === 'held').length;
	const missing = layers.filter(layer => layer.state === 'missing');
	const tone: Tone = missing.length > 0 ? 'bad' : held === layers.length ? 'good' : 'warn';
	const other = layers.find(layer => layer.state !== 'held');
	return [span(`${held}/${layers.length} layers`, tone), ...(other === undefined ? [] : [span(` ${(missing[0] ?? other).name} ${(missing[0] ?? other).state}`, tone)])];
}

const barWidth = 16;

export function headerBottom(state: ViewState, theme: Theme): readonly Segment[] {
	const {snapshot} = state.live;
	const {symbols} = theme;
	const clock: Segment = {order: 7, right: true, line: [span(formatClock(state.nowMs, state.offsetMinutes))]};
	if (snapshot === null) return [clock];
	if (staleness(state) !== null) return [{order: 0, line: [span(`last reading ${formatAge(state.nowMs - snapshot.atMs)} ago; the panels show that moment`, 'warn')]}, clock];
	const {tunnel, drops, problems, tamper, exceptions, lastDrill} = snapshot;
	const handshake = tunnel === null ? null : selectHandshake(tunnel, {nowMs: state.nowMs, width: barWidth});
	return [
		{order: 0, line: handshake === null ? [span('no tunnel', 'warn')] : [span('handshake ', 'label'), span(handshake.text.padStart(3), handshake.tone)]},
		{order: 3, line: handshake === null ? [] : barLine(handshake, barWidth, theme)},
		{order: 2, line: tunnel === null ? [] : rateLine(symbols, tunnel.rxBytesPerSecond, tunnel.txBytesPerSecond)},
		{order: 1, line: [span('drops ', 'label'), span(`${formatCount(drops.perSecond)}/s`, drops.perSecond > 0 ? 'warn' : 'plain')]},
		{order: 5, line: [span('total ', 'label'), span(formatCount(drops.total))]},
		{order: 1, line: exceptionsWord(exceptions, state.nowMs)},
		{order: lastDrill?.kind === 'failed' ? 0 : 4, line: lastDrill === null ? [] : drillLine(lastDrill, state.nowMs)},
		{order: 4, line: tamper.count === 0 ? [] : [span('tamper ', 'label'), span(formatCount(tamper.count), 'warn')]},
		{order: 2, line: problems.length === 0 ? [] : [span(`${problems.length} problem${problems.length === 1 ? '' : 's'}`, problems.some(problem => problem.severity === 'error') ? 'bad' : 'warn')]},
		{order: 1, line: snapshot.unsafeNetwork.length === 0 ? [] : [span(' UNSAFE NETWORK ', 'alarm')]},
		clock,
	];
}

function drillLine({kind, atMs}: DrillView, nowMs: number): Line {
	if (kind === 'failed') return [span(' DRILL FAILED ', 'alarm')];
	const word = kind === 'passed' ? span(' ok', 'good') : span(' unclear', 'warn');
	// `3m`, not `3m12s`: at 80 columns there is room for one word.
	return [span('drill ', 'label'), span(formatAge(nowMs - atMs).replace(/^(\d+[hm]).*$/, '$1')), word];
}

function rateLine(symbols: Symbols, rx: number, tx: number): Line {
	return [span(symbols.down, 'label'), span(` ${formatByteRate(rx).padEnd(8)} `), span(symbols.up, 'label'), span(` ${formatByteRate(tx).padEnd(8)}`)];
}

/** `█████░░░│░░░│░░░`: the marks stay visible, so that crossing them is seen. */
export function barLine(handshake: Handshake, width: number, {symbols}: Theme): Line {
	const cells = Array.from({length: width}, (_, index) => {
		const filled = index < handshake.filled;
		if (handshake.marks.includes(index) && !filled) return span(symbols.mark, 'label');
		return filled ? span(symbols.full, handshake.tone) : span(symbols.empty, 'faint');
	});
	// Equal neighbours become one span: fewer nodes to draw.
	const joined: Array<{text: string; tone: Tone}> = [];
	for (const cell of cells) {
		const last = joined.at(-1);
		if (last?.tone === cell.tone) last.text += cell.text;
		else joined.push({...cell});
	}
	return joined;
}
