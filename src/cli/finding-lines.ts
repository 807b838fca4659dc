/** What the commands that look for something say alike: how bad a finding is, and what was not looked at. */
import type {Severity} from '../audit/finding.ts';
import {sentence} from '../sentence.ts';
import {paint, type Tone} from './output.ts';

const tones: Readonly<Record<Severity, Tone>> = {high: 'bad', medium: 'warn', low: 'strong'};

export const findingHead = ({severity, id, what}: {readonly severity: Severity; readonly id: string; readonly what: string}): string => `${paint(tones[severity], severity.padEnd(6))} ${id}: ${what}`;

/** One line for each reason. */
export const notLookedLines = (notLooked: readonly {readonly what: string; readonly why: string}[]): readonly string[] =>
	[...new Set(notLooked.map(({why}) => why))].map(reason => `Not looked at: ${notLooked.filter(({why}) => why === reason).map(({what}) => what).join('; ')}. ${sentence(reason)}.`);
