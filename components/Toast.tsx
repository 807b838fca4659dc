/** One line: what became of a command, or what is on its way. */
import type {Rect} from '../src/console/layout.ts';
import {fitLine, span, type Line} from '../src/console/text.ts';
import type {Theme, Tone} from '../src/console/theme.ts';
import type {Notice, Pending} from '../src/console/view.ts';
import {Lines} from './Lines.tsx';

const tones: Readonly<Record<Notice['level'], Tone>> = {info: 'plain', good: 'good', warn: 'warn', bad: 'bad'};

export function toastLine(notice: Notice | null, pending: readonly Pending[], {symbols}: Theme): Line | null {
	if (notice !== null) {
		const symbol = notice.level === 'good' ? symbols.proven : notice.level === 'bad' ? symbols.failed : symbols.dot;
		return [span(`${symbol} ${notice.text}`, tones[notice.level])];
	}
	const waiting = pending.filter(each => !each.settled);
	return waiting.length === 0 ? null : [span(`${symbols.ellipsis} ${waiting.map(each => each.command.do).join(', ')} on its way`, 'warn')];
}

export function Toast({line, at, theme}: {readonly line: Line; readonly at: Rect; readonly theme: Theme}) {
	return <Lines lines={[fitLine(line, at.width, theme.symbols.ellipsis)]} at={at} theme={theme} />;
}
