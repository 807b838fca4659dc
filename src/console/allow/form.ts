/** The form of an exception: what stands in its fields, and what that asks for. Pure. */
import {longestExceptionReason} from '../../control/exception-limits.ts';
import {parseExceptionTarget} from '../../control/exception-target.ts';
import type {ExceptionText, PreviewWish} from '../../control/schema.ts';
import {parseUid} from '../../control/target.ts';
import {fail, ok, type Result} from '../../result.ts';

export const allowFields = ['target', 'direction', 'who', 'time', 'reason', 'word'] as const;
export type AllowField = (typeof allowFields)[number];

/** In minutes, up to the longest that the daemon grants. */
const minutes = [1, 5, 15, 60, 240, 720, 1440] as const;
export const allowTimes: readonly number[] = minutes.map(each => each * 60);

/** What has to be typed: another gesture than the key that opened the form, and than Enter. */
export const allowWord = 'allow';

export interface AllowForm {
	/** `tcp 192.168.1.20:5432`. */
	readonly target: string;
	readonly direction: 'out' | 'in';
	/** Digits of a uid; empty is whoever. */
	readonly who: string;
	readonly seconds: number;
	readonly reason: string;
	readonly word: string;
	readonly field: AllowField;
}

export const emptyForm: AllowForm = {target: '', direction: 'out', who: '', seconds: 900, reason: '', word: '', field: 'target'};

const longest: Readonly<Record<'target' | 'who' | 'reason' | 'word', number>> = {target: 80, who: 10, reason: longestExceptionReason, word: 20};
type TextField = keyof typeof longest;

export const isText = (field: AllowField): field is TextField => field !== 'direction' && field !== 'time';

/** What comes in has no uid yet. */
const isThere = (form: AllowForm, field: AllowField): boolean => field !== 'who' || form.direction === 'out';

export function stepField(form: AllowForm, by: 1 | -1): AllowForm {
	const there = allowFields.filter(field => isThere(form, field));
	const index = there.indexOf(form.field) + by;
	return {...form, field: there[Math.max(0, Math.min(there.length - 1, index))] ?? form.field};
}

export function choose(form: AllowForm, by: 1 | -1): AllowForm {
	if (form.field === 'direction') return {...form, direction: form.direction === 'out' ? 'in' : 'out'};
	if (form.field !== 'time') return form;
	const index = allowTimes.indexOf(form.seconds) + by;
	return {...form, seconds: allowTimes[Math.max(0, Math.min(allowTimes.length - 1, index))] ?? form.seconds};
}

export function typeInto(form: AllowForm, text: string): AllowForm {
	const {field} = form;
	if (!isText(field)) return form;
	const allowed = field === 'who' ? text.replaceAll(/\D/g, '') : text;
	// No target begins with an a: it would be the key that opened the form, held too long.
	const fresh = field === 'target' && form.target === '' ? allowed.replace(/^[aA ]+/, '') : allowed;
	return {...form, [field]: (form[field] + fresh).slice(0, longest[field])};
}

export function eraseFrom(form: AllowForm, what: 'last' | 'all'): AllowForm {
	const {field} = form;
	return isText(field) ? {...form, [field]: what === 'all' ? '' : [...form[field]].slice(0, -1).join('')} : form;
}

/** The error says what is wrong with the fields; what may be opened is the daemon's to judge. */
export function wishOf({target, direction, who, seconds}: AllowForm): Result<PreviewWish, string> {
	const [protocol = '', place = '', ...more] = target.trim().split(/\s+/);
	if (place === '' || more.length > 0) return fail('a protocol and a target: tcp 192.168.1.20:5432, udp [fd00::1]:123, icmp 192.168.1.1');
	const parsed = parseExceptionTarget(protocol, place);
	if (!parsed.ok) return parsed;
	const uid = direction === 'in' || who === '' ? null : parseUid(who);
	return uid === undefined ? fail(`"${who}" is not a uid`) : ok({...parsed.value, direction, uid, seconds});
}

/** The rules do not depend on the time: another one asks for no other preview. */
export const previewKey = ({protocol, range, port, direction, uid}: PreviewWish): string => [direction, protocol, range, port, uid].join(' ');

/** What Enter behind the word would ask for; the error names the field that is in the way. */
export function completed(form: AllowForm, by: string): Result<ExceptionText, {readonly field: AllowField; readonly what: string}> {
	const wish = wishOf(form);
	if (!wish.ok) return fail({field: 'target', what: wish.error});
	const reason = form.reason.trim();
	if (reason === '') return fail({field: 'reason', what: 'a reason is missing: who reads the journal will ask'});
	if (form.word !== allowWord) return fail({field: 'word', what: wordTrouble(form.word)});
	return ok({...wish.value, reason, by});
}

function wordTrouble(word: string): string {
	if (allowWord.startsWith(word)) return '';
	return word.toLowerCase() === allowWord ? 'small letters: is Caps Lock on?' : 'that is not the word';
}
