/** When the watcher begins to take back: never after what was said, however late it is read. */
import {createInterface} from 'node:readline';
import {PassThrough} from 'node:stream';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {listen} from '../../../src/cli/revert.ts';

beforeEach(() => vi.useFakeTimers({toFake: ['setTimeout', 'setInterval', 'clearInterval', 'performance']}));
afterEach(() => vi.useRealTimers());

const hear = (longestMs = 600_000) => {
	const input = new PassThrough();
	return {input, listening: listen(createInterface({input}), longestMs)};
};
const read = () => new Promise(resolve => setImmediate(resolve));

test.each(['kept', 'done'])('%s: nothing is to be taken back any more', async word => {
	const {input, listening} = hear();
	input.write(`beat\n${word}\n`);
	expect(await listening.outcome).toBe('settled');
});

test('the daemon\'s end without a word', async () => {
	const {input, listening} = hear();
	input.end('beat\n');
	expect(await listening.outcome).toBe('ended');
	expect(await listening.end(1000)).toBe(false);
});

test('what it said right before its end counts', async () => {
	const {input, listening} = hear();
	input.end('kept\n');
	expect(await listening.outcome).toBe('settled');
});

test('fifteen looks without a word; a beat begins them anew', async () => {
	const {input, listening} = hear();
	let heard = '';
	void listening.outcome.then(how => {
		heard = how;
	});
	await vi.advanceTimersByTimeAsync(14_000);
	input.write('beat\n');
	await read();
	await vi.advanceTimersByTimeAsync(14_500);
	expect(heard).toBe('');
	await vi.advanceTimersByTimeAsync(1000);
	expect(heard).toBe('silent');
	// It was killed, and had confirmed in its last moment.
	input.end('kept\n');
	const settled = listening.end(10_000);
	await read();
	expect(await settled).toBe(true);
});

test('a daemon that lives but forgets is late', async () => {
	const {input, listening} = hear(5000);
	const beats = setInterval(() => input.write('beat\n'), 900);
	await vi.advanceTimersByTimeAsync(5001);
	clearInterval(beats);
	expect(await listening.outcome).toBe('silent');
});
