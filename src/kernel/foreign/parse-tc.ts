/** PURE: queueing disciplines, classes and filters as the kernel dumps them. */
import {attributeMap, readAttributes, readText} from '../netlink/attributes.ts';
import {TC_H_ROOT, TCA_ACT_KIND, TCA_KIND, TCA_OPTIONS, TCMSG_BYTES} from './protocol.ts';

/** A qdisc or a class: what filters can hang on. */
export interface TcNode {
	readonly index: number;
	readonly handle: number;
	readonly kind: string;
	/** Whether a qdisc is the root of its link, or a class the top of its qdisc. */
	readonly root: boolean;
}

export interface TcFilter {
	readonly classifier: string;
	/** Kinds of its actions; null when where they stand is not known for this classifier. */
	readonly actions: readonly string[] | null;
}

export function parseTcNode(body: Buffer): TcNode | null {
	if (body.length < TCMSG_BYTES) return null;
	const kind = readText(attributeMap(body.subarray(TCMSG_BYTES)).get(TCA_KIND));
	if (kind === null) return null;
	return {index: body.readInt32LE(4), handle: body.readUInt32LE(8), kind, root: body.readUInt32LE(12) === TC_H_ROOT};
}

/** TCA_*_ACT of each classifier (linux/pkt_cls.h); a classifier that is not here says nothing of its actions. */
const actionAttribute: ReadonlyMap<string, number> = new Map([
	['basic', 3], ['bpf', 1], ['cgroup', 1], ['flow', 9], ['flower', 3], ['fw', 4], ['matchall', 2], ['route', 6], ['u32', 7],
]);

/** Null for what is no filter yet: a hash table of u32 or the head of a list, which bear no options. */
export function parseTcFilter(body: Buffer): TcFilter | null {
	if (body.length < TCMSG_BYTES) return null;
	const attributes = attributeMap(body.subarray(TCMSG_BYTES));
	const classifier = readText(attributes.get(TCA_KIND));
	const options = attributes.get(TCA_OPTIONS);
	if (classifier === null || options === undefined) return null;
	const at = actionAttribute.get(classifier);
	if (at === undefined) return {classifier, actions: null};
	const actions = readAttributes(attributeMap(options).get(at) ?? Buffer.alloc(0));
	return {classifier, actions: actions.map(({value}) => readText(attributeMap(value).get(TCA_ACT_KIND)) ?? 'unknown')};
}

/** What neither sends a packet elsewhere nor writes into it what our rules have already looked at. */
const harmless: ReadonlySet<string> = new Set(['gact', 'police', 'skbedit', 'csum', 'connmark', 'ctinfo', 'simple']);

/** A bpf filter may redirect by itself; an action that is not known to be harmless may do anything. */
export const canDivert = ({classifier, actions}: TcFilter): boolean =>
	classifier === 'bpf' || actions === null || actions.some(action => !harmless.has(action));
