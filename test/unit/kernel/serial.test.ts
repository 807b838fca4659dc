import {expect, test} from 'vitest';
import {serial} from '../../../src/kernel/nftables/serial.ts';
import {ok} from '../../../src/result.ts';

test('calls run one at a time, in order', async () => {
	const oneAtATime = serial<string>(1000, () => 'late');
	const log: string[] = [];
	const call = (name: string) =>
		oneAtATime(async () => {
			log.push(`${name} starts`);
			await Promise.resolve();
			log.push(`${name} ends`);
			return ok(name);
		});
	await Promise.all([call('a'), call('b')]);
	expect(log).toEqual(['a starts', 'a ends', 'b starts', 'b ends']);
});

test('a call that never answers is answered for, and so is the one behind it', async () => {
	const oneAtATime = serial<string>(20, () => 'late');
	const hung = oneAtATime(() => new Promise(() => undefined));
	const behind = oneAtATime(async () => ok(1));
	expect(await Promise.all([hung, behind])).toEqual([{ok: false, error: 'late'}, {ok: false, error: 'late'}]);
});

test('a call that throws does not stop the next', async () => {
	const oneAtATime = serial<string>(1000, () => 'late');
	await expect(oneAtATime(() => Promise.reject(new Error('bug')))).rejects.toThrow('bug');
	expect(await oneAtATime(async () => ok(1))).toEqual({ok: true, value: 1});
});
