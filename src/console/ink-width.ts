/**
 * The width of a string for Ink, put in place of the `string-width` package by the build. That one segments graphemes with
 * Intl and tests each against the list of all emoji: 40 ms at the start and a third of every frame, for characters this
 * screen never holds, since every row was fitted with `textWidth` before Ink sees it. The two must agree.
 */
import {textWidth} from './text.ts';

const escapes = /\u001B(?:\[[\d;?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\))/g;

export function inkWidth(text: string): number {
	return textWidth(text.includes('\u001B') ? text.replaceAll(escapes, '') : text);
}
