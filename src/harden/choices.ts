/** What an operator decides of a hardening: who still gets in, and which ports stay open to everybody. Pure. */
import {z} from 'zod';
import {cidrFamily, mergeCidrs, parseCidr, splitCidr, type Cidr} from '../net/cidr.ts';
import {parsePort} from '../net/port.ts';
import {fail, ok, type Result} from '../result.ts';
import {keepWords, parseKeep} from './keep.ts';

export interface Choices {
	/** Whose new connections are let in to every port that is closed for others. */
	readonly letIn: readonly Cidr[];
	/** `8080/tcp`: open to everybody, whatever an audit says. */
	readonly open: readonly string[];
	/** Closed although it is usually meant for everybody. */
	readonly close: readonly string[];
	/** `tcp 22 from 192.0.2.7/32`: by which somebody was logged in when it was applied. */
	readonly sessions: readonly Session[];
	/** What the host itself still sends by its uplinks, all else refused; null where that is not asked for. */
	readonly outbound: readonly string[] | null;
}

export interface Session {
	readonly from: Cidr;
	readonly port: number;
}

export const noChoices: Choices = {letIn: [], open: [], close: [], sessions: [], outbound: null};

const cidr = z.string().transform((text, context) => rangeOf(text) ?? (context.addIssue('no range'), z.NEVER));
const port = z.string().regex(/^\d{1,5}\/(?:tcp|udp|sctp)$/);
export const choicesSchema = z.strictObject({
	letIn: z.array(cidr).readonly(), open: z.array(port).readonly(), close: z.array(port).readonly(),
	sessions: z.array(z.strictObject({from: cidr, port: z.number().int().min(1).max(65_535)})).readonly(),
	outbound: z.array(z.string().refine(text => parseKeep(text) === text)).readonly().nullable(),
}).readonly();

/** As typed, each a list with commas; what is not typed stays as it was. */
export function parseChoices(typed: Readonly<Partial<Record<'letIn' | 'open' | 'close' | 'outbound', string | null>>>, before: Choices): Result<Choices, string> {
	const letIn = listOf(typed.letIn, before.letIn, rangeOf, 'let-in', 'addresses or ranges, such as 192.168.1.0/24,fd00::/64, or none');
	const open = listOf(typed.open, before.open, portOf, 'open', 'ports, such as 443,51820/udp, or none');
	const close = listOf(typed.close, before.close, portOf, 'close', 'ports, such as 443,51820/udp, or none');
	const outbound = typed.outbound === 'off' ? ok(null) : typed.outbound === null || typed.outbound === undefined ? ok(before.outbound) : listOf(typed.outbound, [], parseKeep, 'outbound', `off, none, or ${keepWords}`);
	for (const each of [letIn, open, close, outbound]) if (!each.ok) return each;
	if (!letIn.ok || !open.ok || !close.ok || !outbound.ok) return fail('');
	const both = open.value.find(each => close.value.includes(each));
	return both === undefined ? ok({...before, ...(typed.letIn === 'none' ? {sessions: []} : {}), letIn: mergeCidrs(letIn.value), open: open.value, close: close.value, outbound: outbound.value}) : fail(`--open and --close both name ${both}`);
}

function listOf<T>(typed: string | null | undefined, before: readonly T[], read: (text: string) => T | null, name: string, form: string): Result<readonly T[], string> {
	if (typed === null || typed === undefined) return ok(before);
	if (typed === 'none') return ok([]);
	const parts = typed.split(',').map(text => text.trim());
	const wrong = parts.find(text => read(text) === null);
	return wrong === undefined ? ok([...new Set(parts.flatMap(text => read(text) ?? []))]) : fail(`--${name} takes ${form}, and not "${wrong}"`);
}

/** Everybody is no range: that is a port which stays open. */
function rangeOf(text: string): Cidr | null {
	const range = parseCidr(text);
	return range === null || splitCidr(range).length === 0 ? null : range;
}

/** TCP where nothing is said. */
function portOf(text: string): string | null {
	const [, digits = '', transport = 'tcp'] = /^(\d{1,5})(?:\/(tcp|udp|sctp))?$/.exec(text) ?? [];
	const parsed = parsePort(digits);
	return parsed === null ? null : `${parsed}/${transport}`;
}

export const ofFamily = (ranges: readonly Cidr[], family: 4 | 6): readonly Cidr[] => ranges.filter(range => cidrFamily(range) === family);

export const portName = ({port, transport}: {readonly port: number | string; readonly transport: string}): string => `${port}/${transport}`;

/** Why what is published there stays open; null where it is closed. What is usually meant for everybody does, unless it is named. */
export function choose(severity: 'high' | 'medium' | 'low', ports: readonly string[], {open, close}: Choices): string | null {
	if (ports.some(port => open.includes(port))) return 'you said that it stays open (`--open`)';
	const named = ports.find(port => portOf(port) === port);
	return severity === 'low' && !ports.some(port => close.includes(port)) ? `it is usually meant for everybody${named === undefined ? '' : `; \`--close ${named}\` closes it`}` : null;
}
