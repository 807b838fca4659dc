/** A name that was refused: what it was, why, and what would list it. */
import type {DropView, Named} from '../../control/schema.ts';
import {keyFor} from '../keymap.ts';
import {span, wrapText, type Line} from '../text.ts';
import type {ViewState} from '../view.ts';
import {destinationOf} from './drop-fields.ts';
import {field, settingOf} from './fields.ts';
import {shownMoment} from './moment.ts';

export type NamedDrop = DropView & {readonly named: Named};

export const isNamed = (record: DropView): record is NamedDrop => record.named !== undefined;

/** A look-up says no port, a connection does. */
export const namedText = (record: NamedDrop): string => `${record.named.how === 'look-up' ? 'a look-up of' : 'a connection to'} ${destinationOf(record)}`;

export function whyNamed({named: {how, entry}, destination, destinationPort, uid}: NamedDrop): string {
	const whose = uid === null ? 'everybody' : `uid ${uid}`;
	if (entry === null && how === 'connection' && destination === 'no name') return 'It bears no name (TLS without SNI, or no TLS), so nobody can say where it goes.';
	return how === 'look-up' ? `No entry for ${whose} lists this name, so it was answered that it does not exist.` : `No entry for ${whose} lists the name it bears at port ${destinationPort ?? 0}, so the proxy closed it.`;
}

/** The whole setting with the entry in it, as it would be written; null where there is none to write. */
export function proposedLine({named: {entry}}: NamedDrop, state: ViewState): string | null {
	const entries = shownMoment(state).snapshot?.egress?.entries ?? [];
	return entry === null ? null : `VKS_EGRESS=${[...entries.filter(each => each !== entry), entry].join('; ')}`;
}

export function ruleOfName(record: NamedDrop, state: ViewState, width: number): readonly Line[] {
	const key = keyFor(state.keys, 'allow');
	const {entry} = record.named;
	return [
		...field('why', whyNamed(record), width),
		...field('setting', settingOf({setting: 'VKS_EGRESS'}), width),
		...field('would open', entry === null ? 'nothing: no entry can name it' : `the entry ${entry}${key === '' ? '' : `; ${key} shows the line`}`, width),
	];
}

/** What is proposed, before it is copied. Nothing changes by it: a setting is read when vks starts. */
export function entryLines(record: NamedDrop, line: string, {state, width}: {readonly state: ViewState; readonly width: number}): readonly Line[] {
	return [
		...field('refused', `${namedText(record)}${record.uid === null ? '' : `, by uid ${record.uid}`}`, width),
		...field('adds', record.named.entry ?? '', width),
		...(record.named.how === 'look-up' ? field('', 'At 443: a look-up does not say which port it is for.', width) : []),
		[],
		...wrapText(line, width).map((text): Line => [span(text, 'accent')]),
		[],
		...field('then', 'Nothing is opened by this. Start vks with that line, and it is listed; what the setting holds already stays in it.', width),
		[],
		[span(keyFor(state.keys, 'copy') || 'y', 'warn'), span(' copies the line')],
	];
}
