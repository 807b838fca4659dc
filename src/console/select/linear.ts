/** The console as sentences in reading order, for a screen reader: what became of the last key, the truth, what is wrong, where one is. */
import type {Segment} from '../segments.ts';
import {withoutControls} from '../../controls.ts';
import {lineText, type Line} from '../text.ts';
import type {Theme} from '../theme.ts';
import type {ViewState} from '../view.ts';
import {selectBanners} from './banners.ts';
import {firstRunPage} from './first-run.ts';
import {headerBottom, headerTop} from './header.ts';
import {proofWord, stateWord} from './truth.ts';

/** Without the gaps that only eyes need. Nothing is fitted to a column here, so that this is where a terminal is kept from obeying it. */
export const spokenText = (line: Line): string => spoken(lineText(line));
export const spoken = (text: string): string => withoutControls(text.replaceAll(/\s+/g, ' ').trim());

/** State and proof, then the facts of the header, each part once. */
export function truthSentences(state: ViewState, theme: Theme): readonly string[] {
	const [target = '', , , ...top] = headerTop(state, theme).map(longest);
	const bottom = headerBottom(state, theme).map(longest);
	return [
		// Why a proof is bad is said below, with the next step.
		`${target === '' ? '' : `${target}: `}${stateWord(state).text}, ${proofWord(state).text}.`,
		joined(top),
		joined(bottom),
	].filter(sentence => sentence !== '');
}

/** There is room for every word. */
const longest = ({line, longer}: Segment): string => spokenText(longer?.at(-1)?.line ?? line);

const joined = (parts: readonly string[]): string => parts.filter(Boolean).join(', ');

export function outcomeSentences({notice, pending}: ViewState): readonly string[] {
	const waiting = pending.filter(({settled}) => !settled).map(({command}) => command.do);
	return [
		...(notice === null ? [] : [`${notice.level === 'bad' ? 'Failed' : notice.level === 'warn' ? 'Note' : 'Done'}: ${notice.text}`]),
		...(waiting.length === 0 ? [] : [`${waiting.join(', ')} on its way`]),
	];
}

/** The page of the first run, where there is nothing else to say. */
export const firstRunSentences = (state: ViewState): readonly string[] =>
	firstRunPage(state).flatMap(line => (line.kind === 'space' ? [] : line.kind === 'point' ? [`${line.about}: ${line.text}`] : line.kind === 'command' ? [`Command: ${line.text}`] : [line.text]));

/** Ages and counters change every second; words do not. */
const withoutNumbers = (text: string): string => text.replaceAll(/\d+(?:[.:,]\d+)*\s?(?:[kMG]?B|[smhd])?/g, '#');

/** What is worth interrupting somebody for. Numbers alone are not: they are told with the next key or the next word. */
export function spokenWords(state: ViewState): string {
	const {snapshot} = state.live;
	const proof = proofWord(state);
	return [
		state.target?.name ?? '', stateWord(state).text, proof.text, ...proof.why.map(withoutNumbers),
		...selectBanners(state).map(({text}) => withoutNumbers(text)),
		...outcomeSentences(state),
		state.link.kind === 'down' ? state.link.problem.what : state.link.kind,
		...(snapshot === null ? firstRunSentences(state) : []),
		...(snapshot?.problems.map(({code, what}) => `${code} ${withoutNumbers(what)}`) ?? []),
		...(snapshot?.layers.map(({name, state: held}) => `${name} ${held}`) ?? []),
		...(snapshot?.exceptions.map(({id}) => String(id)) ?? []),
		snapshot?.lastDrill?.kind ?? '', snapshot?.state.server ?? '',
	].join('\n');
}

/** Whether a new frame would say something that the shown one does not. */
export const saysMore = (shown: ViewState, next: ViewState): boolean =>
	shown.dialog !== next.dialog || shown.looks !== next.looks || spokenWords(shown) !== spokenWords(next);
