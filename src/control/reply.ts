/**
 * Reads one line of the daemon. The schema is not used: zod would double the start-up of `vks status`. What is checked is
 * what a client touches before it looks at a field of its own choice, so that no line throws where nobody catches.
 */
import type {Reply} from './schema.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Null when the line is no message. A message of an unknown type is one: a newer daemon may have more to say. */
export function parseReply(line: string): Reply | null {
	const value = parseJson(line);
	if (!isObject(value) || typeof value['type'] !== 'string') return null;
	const check = Object.hasOwn(checks, value['type']) ? checks[value['type'] as Reply['type']] : () => true;
	return check(value) ? (value as Reply) : null;
}

const checks: Readonly<Record<Reply['type'], (fields: Fields) => boolean>> = {
	// What else a hello holds is another protocol's own affair: the number decides whether the client goes on.
	hello: ({protocol}) => typeof protocol === 'number',
	snapshot: ({snapshot}) => isObject(snapshot) && isObject(snapshot['state']) && isObject(snapshot['proof']),
	drops: ({records, lost}) => areObjects(records) && typeof lost === 'number',
	journal: ({entries}) => areObjects(entries),
	subscribed: ({id}) => typeof id === 'number',
	outcome: ({id, outcome}) => typeof id === 'number' && isObject(outcome) && typeof outcome['ok'] === 'boolean' && typeof outcome['message'] === 'string' && (outcome['problem'] === null || isProblem(outcome['problem'])),
	explanation: ({id, explanation}) => typeof id === 'number' && isObject(explanation) && typeof explanation['verdict'] === 'string' && Array.isArray(explanation['path']),
	preview: ({id, preview}) => typeof id === 'number' && isObject(preview) && typeof preview['text'] === 'string' && areObjects(preview['rules']) && Array.isArray(preview['notes']) && (preview['refused'] === null || isObject(preview['refused'])),
	moments: ({id, moments}) => typeof id === 'number' && areObjects(moments),
	moment: ({id, kept}) => typeof id === 'number' && (kept === null || (isObject(kept) && isObject(kept['moment']))),
	facts: ({id, facts}) => typeof id === 'number' && isObject(facts) && areObjects(facts['sections']),
	refused: ({id, problem}) => (id === null || typeof id === 'number') && isProblem(problem),
};

function parseJson(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		return undefined;
	}
}

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const areObjects = (value: unknown): boolean => Array.isArray(value) && value.every(isObject);
const isProblem = (value: unknown): boolean => isObject(value) && typeof value['code'] === 'string' && typeof value['what'] === 'string' && typeof value['next'] === 'string';
