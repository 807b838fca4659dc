/** The tunnel: where it goes, how fresh it is, what flows, which layers hold, and what is wrong with the next step. */
import {contentColumns} from '../../src/console/layout.ts';
import {shownMoment, shownNowMs} from '../../src/console/select/moment.ts';
import {selectHandshake} from '../../src/console/select/handshake.ts';
import {staleness} from '../../src/console/select/truth.ts';
import {tunnelLines} from '../../src/console/select/tunnel.ts';
import {formatByteRate} from '../../src/console/format.ts';
import {span, type Line} from '../../src/console/text.ts';
import {Panel, type PanelProps} from '../Panel.tsx';

export function TunnelPanel({state, box, theme}: PanelProps) {
	const {snapshot} = shownMoment(state);
	const tunnel = snapshot?.tunnel ?? null;
	const nowMs = shownNowMs(state);
	const handshake = tunnel === null ? null : selectHandshake(tunnel, {nowMs, width: contentColumns(box)});
	const problem = snapshot?.problems[0];
	const summary: Line = problem !== undefined
		? [span(`! ${problem.what}`, problem.severity === 'error' ? 'bad' : 'warn')]
		: tunnel === null || handshake === null
			? [span('no tunnel', 'warn'), span(snapshot === null ? '' : `  ${snapshot.state.detail}`)]
			: [
				span(`${tunnel.interface} ${theme.symbols.to} ${tunnel.endpoint}  `),
				span('handshake ', 'label'), span(handshake.text, handshake.tone),
				span(`  ${theme.symbols.down} ${formatByteRate(tunnel.rxBytesPerSecond)} ${theme.symbols.up} ${formatByteRate(tunnel.txBytesPerSecond)}`),
			];
	return (
		<Panel
			state={state} box={box} theme={theme} title="Tunnel"
			aside={tunnel === null ? [] : [span(`${tunnel.interface} ${theme.symbols.dot} ${tunnel.implementation}`)]}
			summary={summary}
			content={({width, height}) => (snapshot === null ? [] : tunnelLines(snapshot, {width, height, nowMs, theme, offsetMinutes: state.offsetMinutes, old: state.frozen === null && staleness(state) !== null}))}
		/>
	);
}
