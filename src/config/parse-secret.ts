/** A secret in one word, as OpenVPN's management interface takes it. */
import {ok} from '../result.ts';
import {sendable} from '../tunnel/openvpn/secret-text.ts';
import {faulty, type Parsed} from './parse-text.ts';

export const parseSecret = (text: string): Parsed<string | null> =>
	text === '' || sendable(text) ? ok(text === '' ? null : text) : faulty({value: null, wrong: 'is longer than 250 bytes, or holds a control character'});
