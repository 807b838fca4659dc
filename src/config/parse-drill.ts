/** Whom leak tests ask. */
import {ok} from '../result.ts';
import {faulty, type Parsed} from './parse-text.ts';

export function parseWhoami(text: string): Parsed<string | null> {
	if (text === '') return ok(null);
	return text.length <= 253 && /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{1,63}$/i.test(text) ? ok(text) : faulty({value: text, wrong: 'is not a host name'});
}
