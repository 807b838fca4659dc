import {expect, test} from 'vitest';
import {commandText, parseCommand} from '../../../src/config/parse-command.ts';

test.each([
	['', null],
	['again', ['again']],
	['  /usr/local/bin/again  wg1\t--now ', ['/usr/local/bin/again', 'wg1', '--now']],
	['["/bin/sh", "-c", "wg-quick down wg1; wg-quick up wg1"]', ['/bin/sh', '-c', 'wg-quick down wg1; wg-quick up wg1']],
])('%j', (text, argv) => {
	const parsed = parseCommand(text);
	expect(parsed).toEqual({ok: true, value: argv});
	expect(parseCommand(commandText(parsed.ok ? parsed.value : null))).toEqual(parsed);
});

test.each(['again "a b"', 'again; again', 'again $TOKEN', 'again > /tmp/x', '[]', '[""]', '["again", 1]', '["again"', '["a\u0000"]', `["${'x'.repeat(5000)}"]`, JSON.stringify(Array(101).fill('x'))])('%j is refused, and not repeated', text => {
	const parsed = parseCommand(text);
	expect(parsed).toMatchObject({ok: false, error: [{value: null}]});
});
