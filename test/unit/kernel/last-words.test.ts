/** What a program said last: of a real one, whole, and of any, short and harmless. */
import {expect, test} from 'vitest';
import {startProcess} from '../../../src/kernel/devices-process.ts';
import {lastWordsIn} from '../../../src/kernel/last-words.ts';

test.each([
	['echo first >&2; echo "the end" >&2; exit 2', 2, 'first; the end'],
	['exit 3', 3, ''],
	['head -c 100000 /dev/zero | tr "\\0" x >&2; echo >&2; echo last >&2; exit 4', 4, 'x'.repeat(300)],
])('of %s', async (script, status, words) => {
	const started = await startProcess(['sh', '-c', script], {});
	if (!started.ok) throw new Error(started.error);
	expect(await started.value.exited).toBe(status);
	expect(started.value.lastWords()).toBe(words);
});

test.each([
	['runtime: failed to create new OS thread (have 2 already; errno=11)\nruntime: may need to increase max user processes (ulimit -u)\nfatal error: newosproc\n\nruntime stack:\nruntime.throw()\n\t/usr/lib/go/panic.go:1\n', 'runtime: failed to create new OS thread (have 2 already; errno=11); runtime: may need to increase max user processes (ulimit -u); fatal error: newosproc'],
	['a\nb\nc\nd\n', 'b; c; d'],
	['bell\u0007 and \u001B[2J', 'bell? and ?[2J'],
	['', ''],
])('%j', (text, words) => expect(lastWordsIn(text)).toBe(words));
