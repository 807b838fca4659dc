/** The dialog that opens something for a time: its fields, exactly what comes of them, what does not, and what is missing. */
import {allowFields, allowTimes, allowWord, completed, wishOf, type AllowField, type AllowForm} from '../allow/form.ts';
import {formatClock} from '../format.ts';
import {keyFor} from '../keymap.ts';
import {span, wrapText, type Line, type Span} from '../text.ts';
import type {AllowDialog, ViewState} from '../view.ts';
import {commandBlockedBy} from './availability.ts';

const labelWidth = 12;

interface Drawn {
	readonly state: ViewState;
	readonly dialog: AllowDialog;
	readonly width: number;
}

export function allowLines({state, dialog, width}: Drawn): readonly Line[] {
	const {form} = dialog;
	return [
		...(dialog.note === null ? [] : [...wrapText(dialog.note, width).map((text): Line => [span(text, 'warn')]), []]),
		...allowFields.filter(field => field !== 'word').map((field): Line => [mark(form, field), span(field.padEnd(labelWidth - 2), form.field === field ? 'accent' : 'label'), ...valueOf(field, {state, dialog, width})]),
		[],
		...outcomeLines({state, dialog, width}),
		[],
		wordLine({state, dialog, width}),
	];
}

const mark = (form: AllowForm, field: AllowField): Span => span(form.field === field ? '> ' : '  ', 'accent');

/** `5m`, `1h`, `24h`. */
const timeName = (seconds: number): string => (seconds % 3600 === 0 ? `${seconds / 3600}h` : `${seconds / 60}m`);

function valueOf(field: Exclude<AllowField, 'word'>, {state, dialog: {form}, width}: Drawn): Line {
	const typed = (text: string): Line => {
		const room = Math.max(1, width - labelWidth - 1);
		// The end of a long text is what is being typed.
		const shown = text.length > room ? text.slice(text.length - room) : text;
		return [span(form.field === field ? `${shown}_` : shown, form.field === field ? 'accent' : 'plain')];
	};
	const choice = (texts: readonly string[], chosen: number): Line => texts.map((text, index) => span(index === chosen ? `[${text}]` : ` ${text} `, index === chosen ? (form.field === field ? 'accent' : 'plain') : 'label'));
	switch (field) {
		case 'target':
			return form.target === '' && form.field !== field ? [span('tcp 192.168.1.20:5432, for instance', 'label')] : typed(form.target);
		case 'direction':
			return choice(['out: begun here', 'in: begun there'], form.direction === 'out' ? 0 : 1);
		case 'who':
			if (form.direction === 'in') return [span('whoever serves the port', 'label')];
			return form.who === '' ? [...(form.field === field ? typed('') : []), span(form.field === field ? '  a uid; empty is any process' : 'any process', 'label')] : [span('uid '), ...typed(form.who)];
		case 'time':
			return [...choice(allowTimes.map(timeName), allowTimes.indexOf(form.seconds)), span(`  until ${formatClock(state.nowMs + form.seconds * 1000, state.offsetMinutes)}`)];
		case 'reason':
			return typed(form.reason);
	}
}

function row(label: string, text: string, width: number, tone: Span['tone'] = 'plain'): readonly Line[] {
	return wrapText(text, Math.max(1, width - labelWidth)).map((line, index): Line => [span(`  ${index === 0 ? label : ''}`.padEnd(labelWidth), 'label'), span(line, tone)]);
}

function outcomeLines({state, dialog, width}: Drawn): readonly Line[] {
	const {form, preview, refusal} = dialog;
	const refused = refusal === null ? [] : row('refused', refusal, width, 'bad');
	const wish = wishOf(form);
	if (!wish.ok) return [...row('opens', form.target === '' ? `nothing yet: ${wish.error}` : `nothing: ${wish.error}`, width, form.target === '' ? 'plain' : 'warn'), ...refused];
	if (preview === null) return [...row('opens', 'asking the daemon', width, 'label'), ...refused];
	if (preview === 'unanswered') return [...row('opens', 'the daemon did not say what would come of it; it answers the order itself', width, 'warn'), ...refused];
	if (preview.refused !== null) return [...row('opens', `nothing. ${preview.refused.what} ${preview.refused.next}`, width, 'bad'), ...refused];
	const until = formatClock(state.nowMs + form.seconds * 1000, state.offsetMinutes);
	return [
		...row('opens', `${preview.text}, and the answers to it; by the uplink, outside the tunnel`, width, 'warn'),
		...preview.notes.flatMap(note => row('note', note, width, 'warn')),
		...row('ends', `${until}, by the kernel, open connections too; ${keyFor(state.keys, 'exceptions')} ends it before`, width),
		// At the egress hook nobody can be asked for his uid.
		...row('not', `anything else; look-ups never. ${wish.value.uid === null ? 'The tunnel stays as it is' : 'A raw socket is asked for no uid'}`, width),
		...refused,
		...preview.rules.flatMap(({chain, text}, index) => row(index === 0 ? `${preview.rules.length} rules` : '', `${chain}: ${bare(text)}`, width)),
	];
}

/** Every rule has its counter and its name: of no interest here. */
const bare = (text: string): string => text.replace(/ ?counter name "[^"]*"/, '').replace(/ ?comment "[^"]*"/, '');

function wordLine({state, dialog}: Drawn): Line {
	const {form, ticket} = dialog;
	const focused = form.field === 'word';
	const blocked = commandBlockedBy('allow', state);
	if (!focused && blocked === null && ticket === null) return [span('  Enter goes on, Tab too; left and right choose; the word '), span(allowWord, 'warn'), span(' comes last')];
	const head: Line = [mark(form, 'word'), span('type '), span(allowWord, 'warn'), span(' and press Enter: '), span(`${form.word}${focused ? '_' : ''}`, 'accent')];
	if (ticket !== null) return [...head, span('  on its way', 'warn')];
	if (blocked !== null) return [...head, span(`  not now: ${blocked}`, 'bad')];
	const wanted = completed(form, state.operator);
	if (wanted.ok) return [...head, span('  Enter allows it', 'warn')];
	return wanted.error.what === '' ? head : [...head, span(`  ${wanted.error.field === 'target' ? 'the target is not complete' : wanted.error.what}`, 'bad')];
}
