import {describe, expect, test} from 'vitest';
import {firstLine, isMissing, nftProblem, parseListing} from '../../../src/kernel/nftables/errors.ts';

describe('what nft says', () => {
	test('the first line, without its place, is the reason', () => {
		expect(firstLine('/dev/stdin:2:21-27: Error: Could not process rule: No such file or directory\nadd rule inet x y accept\n')).toBe('Could not process rule: No such file or directory');
		expect(firstLine('')).toBe('nft gave no reason');
		expect(isMissing('Error: No such file or directory\nlist table inet x\n')).toBe(true);
	});

	test('a refusal names the reason and the line', () => {
		expect(nftProblem('Error: syntax error, unexpected newline\nadd foo\n       ^\n')).toMatchObject({code: 'ruleset-refused', what: 'nft refused the ruleset: syntax error, unexpected newline in "add foo".'});
	});

	test('no NET_ADMIN names the capability and how to grant it', () => {
		const problem = nftProblem('netlink: Error: cache initialization failed: Operation not permitted\n');
		expect(problem.code).toBe('no-permission');
		expect(problem.what + problem.next).toMatch(/NET_ADMIN.*--cap-add NET_ADMIN/s);
	});

	test("another process's table is told from a missing capability", () => {
		expect(nftProblem('Error: Could not process rule: Operation not permitted\nflush chain inet vks out\n').code).toBe('table-held');
	});

	test('a listing that is no JSON is a problem, not a crash', () => {
		expect(parseListing('table inet x').ok).toBe(false);
		expect(parseListing('{"nftables": []}')).toEqual({ok: true, value: {nftables: []}});
	});
});
