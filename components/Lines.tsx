/** Draws lines of exact width, one text node a row, at a place on the screen. They fit by construction: having Ink clip them would cost a third of every frame. */
import {Box, Text} from 'ink';
import {memo} from 'react';
import {asciiOf} from '../src/console/ascii.ts';
import type {Rect} from '../src/console/layout.ts';
import {spokenText} from '../src/console/select/linear.ts';
import type {Line, Span} from '../src/console/text.ts';
import type {Theme} from '../src/console/theme.ts';

interface LineProps {
	readonly line: Line;
	readonly theme: Theme;
}

// Most rows of a new frame equal those of the last one; React then skips them.
export const OneLine = memo(
	({line, theme}: LineProps) => <Text wrap="truncate-end">{line.map((part, index) => <Part key={index} part={part} theme={theme} />)}</Text>,
	(before, after) => before.theme === after.theme && sameLine(before.line, after.line),
);
OneLine.displayName = 'OneLine';

function Part({part, theme}: {readonly part: Span; readonly theme: Theme}) {
	const text = theme.asciiOnly ? asciiOf(part.text) : part.text;
	return part.tone === 'plain' ? text : <Text {...theme.tones[part.tone]}>{text}</Text>;
}

function sameLine(a: Line, b: Line): boolean {
	return a === b || (a.length === b.length && a.every((part, index) => part.text === b[index]?.text && part.tone === b[index].tone));
}

export function Lines({lines, at, theme}: {readonly lines: readonly Line[]; readonly at: Rect; readonly theme: Theme}) {
	if (theme.linear) return <Spoken lines={lines} />;
	return (
		<Box position="absolute" left={at.x} top={at.y} width={at.width} height={at.height} flexDirection="column">
			{lines.slice(0, at.height).map((line, index) => <OneLine key={index} line={line} theme={theme} />)}
		</Box>
	);
}

/** No place on the screen, no padding, nothing cut: the next line begins where the last one ends. */
function Spoken({lines}: {readonly lines: readonly Line[]}) {
	return (
		<Box flexDirection="column">
			{lines.map(spokenText).filter(text => text !== '').map((text, index) => <Text key={index}>{text}</Text>)}
		</Box>
	);
}
