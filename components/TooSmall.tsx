/** What is left when there is no room for panels: the words that matter, live, and how much room would do. */
import {formatByteRate, formatCount} from '../src/console/format.ts';
import {keyFor} from '../src/console/keymap.ts';
import {smallest} from '../src/console/layout.ts';
import {segmentLine} from '../src/console/segments.ts';
import {selectHandshake} from '../src/console/select/handshake.ts';
import {selectBanners} from '../src/console/select/banners.ts';
import {headerTop, wordLine} from '../src/console/select/header.ts';
import {mainWord} from '../src/console/select/truth.ts';
import {fitLine, fitText, span, wrapText, type Line} from '../src/console/text.ts';
import type {Theme} from '../src/console/theme.ts';
import type {ViewState} from '../src/console/view.ts';
import {Lines} from './Lines.tsx';
import {toastLine} from './Toast.tsx';

interface Props {
	readonly state: ViewState;
	readonly columns: number;
	readonly rows: number;
	readonly theme: Theme;
}

export function TooSmall({state, columns, rows, theme}: Props) {
	return <Lines lines={linesFor({state, columns, rows, theme})} at={{x: 0, y: 0, width: columns, height: rows}} theme={theme} />;
}

function linesFor({state, columns, rows, theme}: Props): readonly Line[] {
	const {ellipsis} = theme.symbols;
	const fit = (line: Line): Line => fitLine(line, columns, ellipsis);
	// In one column the symbol is the word; a mark for what was cut would stand in its place.
	if (rows <= 2) return [fitLine(wordLine(mainWord(state), theme.symbols), columns, '')];
	const {snapshot} = state.live;
	const tunnel = snapshot?.tunnel ?? null;
	const handshake = tunnel === null ? null : selectHandshake(tunnel, {nowMs: state.nowMs, width: 1});
	const toast = toastLine(state.notice, state.pending, theme);
	const facts: ReadonlyArray<Line | null> = [
		segmentLine(headerTop(state, theme), columns, ellipsis),
		...(toast === null ? [] : [toast]),
		...selectBanners(state).flatMap(banner => wrapText(banner.text, columns).map((text): Line => [span(fitText(text, columns, {ellipsis}), banner.tone)])),
		tunnel === null ? null : [span(tunnel.server, 'accent'), span(tunnel.exit === null ? '' : `  exit ${tunnel.exit.address}  ${tunnel.exit.city ?? ''}`)],
		handshake === null ? null : [span('handshake ', 'label'), span(handshake.text, handshake.tone)],
		tunnel === null ? null : [span(`${theme.symbols.down} ${formatByteRate(tunnel.rxBytesPerSecond)} ${theme.symbols.up} ${formatByteRate(tunnel.txBytesPerSecond)}`)],
		snapshot === null ? null : [span('drops ', 'label'), span(`${formatCount(snapshot.drops.perSecond)}/s, ${formatCount(snapshot.drops.total)} in all`)],
		[span(`${columns}x${rows}; panels need ${smallest.columns}x${smallest.rows}`)],
	];
	const kept = facts.filter(line => line !== null).slice(0, rows - 1);
	return [...kept.map(fit), fit([span(keyFor(state.keys, 'quit'), 'label'), span(' quit  '), ...(snapshot?.state.kind === 'lockdown' ? [span(keyFor(state.keys, 'lift'), 'warn'), span(' lift')] : [span(keyFor(state.keys, 'lockdown'), 'label'), span(' lockdown')])])];
}
