/** Reads one line of a client: a request, or the reason why it is none. Pure. */
import type {z} from 'zod';
import {fail, ok, type Result} from '../result.ts';
import type {Problem} from '../problem.ts';
import {badRequest} from './problems.ts';
import {requestSchema, type Request} from './schema.ts';

export interface Refusal {
	readonly id: number | null;
	readonly problem: Problem;
}

export function parseRequest(line: string): Result<Request, Refusal> {
	const value = parseJson(line);
	if (value === undefined) return fail({id: null, problem: badRequest('The line is not JSON.')});
	const parsed = requestSchema.safeParse(value);
	return parsed.success ? ok(parsed.data) : fail({id: idOf(value), problem: badRequest(describe(parsed.error))});
}

function parseJson(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		return undefined;
	}
}

function idOf(value: unknown): number | null {
	if (typeof value !== 'object' || value === null || !('id' in value)) return null;
	return typeof value.id === 'number' && Number.isSafeInteger(value.id) && value.id >= 0 ? value.id : null;
}

/** Names the fields, never their values: a client may have sent something it should not have. */
function describe(error: z.ZodError): string {
	const reasons = error.issues.slice(0, 3).map(issue => {
		const where = issue.path.length === 0 ? 'the request' : issue.path.join('.');
		return `${where}: ${issue.message}`;
	});
	return `The request is not valid (${reasons.join('; ')}).`.slice(0, 400);
}
