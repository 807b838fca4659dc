/** The header: the truth in two rows, always of the live moment. */
import {exceptionsWord} from './exceptions.ts';
import {formatAge, formatByteRate, formatBytes, formatClock, formatCount, formatShortAge} from '../format.ts';
import type {DrillView, TunnelView} from '../../control/schema.ts';
import type {Segment} from '../segments.ts';
import {span, truncateText, type Line} from '../text.ts';
import type {Symbols, Theme, Tone} from '../theme.ts';
import type {ViewState} from '../view.ts';
import {barLine, selectHandshake} from './handshake.ts';
import {frozenWord} from './moment.ts';
import {proofWord, staleness, stateWord, trafficPasses, type Word} from './truth.ts';

export function wordLine(word: Word, symbols: Symbols): Line {
	const symbol = symbols[word.symbol];
	return [span(`${typeof symbol === 'string' ? symbol : '?'} ${word.text}`, word.tone)];
}

const shortTarget = 16;

export function headerTop(state: ViewState, {symbols}: Theme): readonly Segment[] {
	const {snapshot} = state.live;
	const word = stateWord(state);
	const proof = proofWord(state);
	const readOnly = state.readOnly || (state.link.kind === 'open' && state.link.readOnly);
	const server = snapshot?.state.server ?? snapshot?.tunnel?.server ?? null;
	// Where traffic comes out is said only while some passes.
	const exit = snapshot !== null && trafficPasses(snapshot.state.kind) ? (snapshot.tunnel?.exit ?? null) : null;
	const target = state.target?.name ?? '';
	return [
		// Never left out: it is where an order goes.
		{order: 0, line: target === '' ? [] : [span(truncateText(target, shortTarget, symbols.ellipsis), 'accent')], longer: target.length <= shortTarget ? [] : [{order: 2, line: [span(target, 'accent')]}]},
		{order: 0, line: state.replay === null ? [] : [span(` REPLAY ${formatClock(state.nowMs, state.offsetMinutes)} `, 'notice')]},
		{order: proof.bad ? 3 : 0, line: [...wordLine(word, symbols), ...(word.staleMs === null ? [] : [span(` ${formatAge(word.staleMs)} ago`, 'warn')])]},
		{order: 0, line: [...wordLine(proof, symbols), ...(proof.ageMs === null ? [] : [span(` ${formatAge(proof.ageMs)}`, proof.tone)])]},
		{order: 1, line: state.frozen === null ? [] : [span(` ${frozenWord(state, state.frozen)} `, 'notice')]},
		{order: 3, line: server === null ? [] : [span(server, 'accent')]},
		{order: 4, line: exit === null ? [] : [span(exit.address)], longer: exit === null ? [] : [{order: 7, line: [span(`exit ${exit.address}`)]}]},
		{order: 5, line: exit === null || exit.city === null ? [] : [span(exit.city)]},
		{order: 6, right: true, line: readOnly && state.replay === null ? [span('read-only', 'warn')] : []},
		{order: 2, right: true, line: layersLine(state)},
	];
}

function layersLine(state: ViewState): Line {
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

const barWidths = [8, 16] as const;

/** Every part in its short form first, in the order in which an operator needs it; then the longer forms while there is room. */
export function headerBottom(state: ViewState, theme: Theme): readonly Segment[] {
	const {snapshot} = state.live;
	const clock: Segment = {order: 11, right: true, line: [span(formatClock(state.nowMs, state.offsetMinutes))]};
	if (snapshot === null) return [clock];
	if (staleness(state) !== null) return [{order: 0, line: [span(`last reading ${formatAge(state.nowMs - snapshot.atMs)} ago; the panels show that moment`, 'warn')]}, clock];
	const {tunnel, drops, problems, tamper, exceptions, lastDrill} = snapshot;
	const problemTone: Tone = problems.some(problem => problem.severity === 'error') ? 'bad' : 'warn';
	return [
		...(tunnel === null ? [{order: 0, line: [span('no tunnel', 'warn')]}] : tunnelSegments(tunnel, state.nowMs, theme)),
		{order: 1, line: [span('drops ', 'label'), span(`${formatCount(drops.perSecond)}/s`, drops.perSecond > 0 ? 'warn' : 'plain')]},
		{order: 10, line: [span('total ', 'label'), span(formatCount(drops.total))]},
		{order: 1, line: exceptionsWord(exceptions, state.nowMs, 'short'), longer: [{order: 6, line: exceptionsWord(exceptions, state.nowMs, 'long')}]},
		{order: lastDrill?.kind === 'failed' ? 0 : 2, line: lastDrill === null ? [] : drillLine(lastDrill, state.nowMs)},
		{order: 8, line: tamper.count === 0 ? [] : [span('tamper ', 'label'), span(formatCount(tamper.count), 'warn')]},
		{order: 1, line: problems.length === 0 ? [] : [span(`!${problems.length}`, problemTone)], longer: [{order: 6, line: [span(`${problems.length} problem${problems.length === 1 ? '' : 's'}`, problemTone)]}]},
		{order: 1, line: snapshot.unsafeNetwork.length === 0 ? [] : [span(' UNSAFE ', 'alarm')], longer: [{order: 6, line: [span(' UNSAFE NETWORK ', 'alarm')]}]},
		clock,
	];
}

function tunnelSegments(tunnel: TunnelView, nowMs: number, theme: Theme): readonly Segment[] {
	const [narrow, wide] = barWidths.map(width => ({width, handshake: selectHandshake(tunnel, {nowMs, width})}));
	if (narrow === undefined || wide === undefined) return [];
	const {text, word, tone} = narrow.handshake;
	const age = span([text.padStart(3), word].filter(Boolean).join(' '), tone);
	const rates = [tunnel.rxBytesPerSecond, tunnel.txBytesPerSecond] as const;
	const arrows = [theme.symbols.down, theme.symbols.up] as const;
	return [
		{order: 0, line: [span('hs ', 'label'), age], longer: [{order: 4, line: [span('handshake ', 'label'), age]}]},
		{order: 3, line: barLine(narrow.handshake, narrow.width, theme), longer: [{order: 7, line: barLine(wide.handshake, wide.width, theme)}]},
		{
			order: 2, line: rates.flatMap((rate, which) => [span(`${which === 0 ? '' : ' '}${arrows[which] ?? ''}`, 'label'), span(formatBytes(rate).replace(' ', '').padEnd(5))]),
			longer: [{order: 5, line: rates.flatMap((rate, which) => [span(`${which === 0 ? '' : ' '}${arrows[which] ?? ''} `, 'label'), span(formatByteRate(rate).padEnd(8))])}],
		},
	];
}

function drillLine({kind, atMs}: DrillView, nowMs: number): Line {
	if (kind === 'failed') return [span(' DRILL FAILED ', 'alarm')];
	const word = kind === 'passed' ? span(' ok', 'good') : span(' unclear', 'warn');
	return [span('drill ', 'label'), span(formatShortAge(nowMs - atMs)), word];
}
