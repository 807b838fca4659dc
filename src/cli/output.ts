/** The only way out for text. What comes from files and from the network may not move the cursor or paint the screen. */
import {textWidth} from '../console/text.ts';
import {withoutControls} from '../controls.ts';
import type {Problem} from '../problem.ts';
import {exitCodes, hasOption, type Args, type ExitCode, type Io} from './io.ts';

export type Tone = 'good' | 'warn' | 'bad' | 'strong';

export interface Output {
	/** Whether the reader is a program. */
	readonly wantsJson: boolean;
	line(text?: string): void;
	json(value: unknown): void;
	/** On standard error, so that what a program reads from standard output is never half an answer. */
	problem(problem: Problem, carries?: boolean): void;
	complain(text: string): void;
}

// 16 named colours only, so that the person's own palette decides. Marks from the private area stand for them until a
// line is written: by then everything else that could be an escape sequence has been taken out.
const colours: Readonly<Record<Tone, readonly [mark: string, sequence: string]>> = {
	good: ['\uE001', '\u001B[94m'],
	warn: ['\uE002', '\u001B[33m'],
	bad: ['\uE003', '\u001B[91m'],
	strong: ['\uE004', '\u001B[1m'],
};
const plainMark = '\uE000';
const anyMark = /[\uE000-\uE004]/g;

export const paint = (tone: Tone, text: string): string => `${colours[tone][0]}${text}${plainMark}`;

/** Columns the text takes on the screen. */
export const shownWidth = (text: string): number => textWidth(text.replaceAll(anyMark, ''));

export function render(text: string, coloured: boolean): string {
	const clean = withoutControls(text);
	if (!coloured) return clean.replaceAll(anyMark, '');
	return clean.replaceAll(anyMark, mark => Object.values(colours).find(([other]) => other === mark)?.[1] ?? '\u001B[0m');
}

export function outputFor(args: Args, io: Io): Output {
	const wantsJson = hasOption(args, 'json');
	const mayColour = (io.env['NO_COLOR'] ?? '') === '' && io.env['TERM'] !== 'dumb' && !hasOption(args, 'no-color');
	// In one piece: whoever reads along, or writes to the same log, never has half of it.
	const complain = (...texts: readonly string[]): void => void io.stderr.write(texts.map(text => `${render(text, mayColour && io.stderr.isTTY === true)}\n`).join(''));
	return {
		wantsJson,
		complain,
		line: (text = '') => void io.stdout.write(`${render(text, mayColour && io.stdout.isTTY === true)}\n`),
		json: value => void io.stdout.write(`${JSON.stringify(value)}\n`),
		problem(problem, carries) {
			if (wantsJson) return void io.stderr.write(`${JSON.stringify({version: 1, problem})}\n`);
			complain(...problemLines(problem, carries));
		},
	};
}

export function wrongUsage(why: string, io: Io, command: string | null = null): ExitCode {
	io.stderr.write(`${render(`vks: ${why} (see \`vks ${command === null ? '' : `${command} `}--help\`)`, false)}\n`);
	return exitCodes.usage;
}

/** `carries`: whether a tunnel carries applications; their traffic is then not blocked, and what is outside it is. */
export function problemLines({severity, code, what, stillBlocking, next}: Problem, carries = false): readonly string[] {
	const refuses = carries ? 'Nothing passes outside the tunnel.' : 'Traffic is still blocked.';
	const blocking = stillBlocking === 'unknown' ? [] : [stillBlocking ? refuses : paint('bad', 'Traffic is NOT blocked.')];
	return [`${paint(severity === 'error' ? 'bad' : 'warn', severity)} ${code}: ${what}`, `  ${[...blocking, next].join(' ')}`];
}
