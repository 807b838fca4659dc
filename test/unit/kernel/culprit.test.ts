import {expect, test} from 'vitest';
import {culpritOf} from '../../../src/kernel/watch/culprit.ts';

test.each([
	['nobody', 0, null],
	['a port that is no pid, of a process with several sockets', 2_904_804_554, null],
	['a process that is gone', 4_194_304, 'pid 4194304'],
])('%s', (_name, port, named) => {
	expect(culpritOf(port)).toBe(named);
});

test('a process of our network is named', () => {
	expect(culpritOf(process.pid)).toMatch(new RegExp(`\\(pid ${process.pid}\\)$`));
});
