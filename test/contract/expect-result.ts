/** Takes the value out of a result, or fails the test with the problem's own words. */
import type {Problem} from '../../src/problem.ts';
import type {Result} from '../../src/result.ts';

export function valueOf<T>(result: Result<T, Problem>): T {
	if (!result.ok) throw new Error(`${result.error.code}: ${result.error.what}`);
	return result.value;
}

export function problemOf(result: Result<unknown, Problem>): Problem {
	if (result.ok) throw new Error('expected a problem');
	return result.error;
}
