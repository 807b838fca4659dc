/** What the proxy says of a connection when it is over, as `nginx-conf.ts` has it say. Pure; who sends it may be anybody. */
import {z} from 'zod';
import {parseDomain} from './name.ts';

const lineSchema = z.object({scope: z.string().max(10), port: z.number().int(), name: z.string(), to: z.string(), status: z.number().int(), from: z.string(), source: z.number().int()});

export interface ProxyLine {
	readonly scope: string;
	readonly port: number;
	/** Null where it bears none that a host can have. */
	readonly name: string | null;
	/** Nobody was asked for, because of its name. */
	readonly refused: boolean;
	/** Whose connection it was. */
	readonly from: string;
	readonly source: number;
}

/** Null for what is no such line. */
export function parseProxyLine(message: Uint8Array): ProxyLine | null {
	const text = Buffer.from(message).toString('utf8');
	const json = jsonIn(text.slice(Math.max(0, text.indexOf('{'))));
	const line = lineSchema.safeParse(json);
	if (!line.success) return null;
	const {scope, port, name, to, status, from, source} = line.data;
	const domain = parseDomain(name);
	// Stream has no status for it but "internal error"; a name that our resolver does not give is a "bad gateway".
	return {scope, port, name: domain.ok ? domain.value : null, refused: to === '' && (status === 500 || status === 403), from, source};
}

function jsonIn(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
