/** What is said of hooks that are not ours: what differs, what is merely there, the problem and the news. Pure. */
import type {ForeignHook, ForeignHooks, Link} from '../kernel/kernel.ts';
import {bootTable} from '../policy/boot.ts';
import {tableName} from '../policy/render.ts';
import type {Problem} from '../problem.ts';
import {ok, type Result} from '../result.ts';
import {sentence} from '../sentence.ts';
import {firstThree} from './wording.ts';

export type HooksReading = Result<readonly ForeignHook[], Problem>;

/** Those whose content is read back elsewhere. */
const ourTables: readonly string[] = [`inet ${tableName}`, `netdev ${tableName}`];

/** The boot table is ours while it holds what it should; nobody owns it, so that its name alone says nothing. */
const isBootTable = (hook: ForeignHook): boolean => hook.kind === 'table' && hook.table === bootTable && !hook.diverts;

export function readHooks(hooks: ForeignHooks, links: readonly Link[]): HooksReading {
	const read = hooks.read(links, ourTables);
	return read.ok ? ok(read.value.filter(hook => !isBootTable(hook))) : read;
}

const each = (texts: readonly string[]): readonly string[] => [...new Set(texts)];

export function describeHook(hook: ForeignHook): string {
	switch (hook.kind) {
		case 'filter': {
			const doing = hook.actions === null ? 'whose actions are not known' : hook.actions.length === 0 ? 'without action' : `with ${each(hook.actions).join(', ')}`;
			return `a tc filter (${hook.classifier}) ${doing} on ${hook.device}, ${hook.at}`;
		}
		case 'xdp':
			return `an XDP program on ${hook.device}`;
		case 'table': {
			const where = hook.devices.length === 0 ? '' : ` on ${hook.devices.join(', ')}`;
			return `table ${hook.family} ${hook.table}${where}${hook.statements.length === 0 ? '' : ` with ${hook.statements.join(', ')}`}`;
		}
	}
}

const diverting = (reading: HooksReading): readonly ForeignHook[] => (reading.ok ? reading.value.filter(({diverts}) => diverts) : []);

export const describeDiverting = (reading: HooksReading): readonly string[] =>
	each(diverting(reading).map(hook => `${describeHook(hook)} is not ours and can send packets past our tables`));

/** What is there and takes nothing past us; empty when there is nothing. */
export function describeBeside(reading: HooksReading): string {
	const texts = reading.ok ? each(reading.value.filter(({diverts}) => !diverts).map(describeHook)) : [];
	if (texts.length === 0) return '';
	return `; beside it, of somebody else: ${firstThree(texts)}`;
}

export function hooksProblem(reading: HooksReading | null): Problem | null {
	if (reading === null) return null;
	if (!reading.ok) return reading.error;
	const [first, ...others] = diverting(reading);
	if (first === undefined) return null;
	const texts = describeDiverting(reading);
	return {
		code: 'foreign-hook',
		severity: 'error',
		what: `${sentence(firstThree(texts))}.`,
		stillBlocking: 'unknown',
		next: `vks removes only what is its own. ${remedyOf(first)}${others.length > 0 ? ' Then look at the others.' : ''} Drop NET_ADMIN in every container beside vks.`,
	};
}

/** The command that shows it and the one that removes it. */
function remedyOf(hook: ForeignHook): string {
	switch (hook.kind) {
		case 'filter':
			if (hook.at === 'queue') return `See \`tc filter show dev ${hook.device}\`; \`tc qdisc del dev ${hook.device} root\` removes it with its queueing discipline.`;
			return `See \`tc filter show dev ${hook.device} ${hook.at}\`; \`tc filter del dev ${hook.device} ${hook.at}\` removes it.`;
		case 'xdp':
			return `See \`ip -details link show dev ${hook.device}\`; \`ip link set dev ${hook.device} xdp off\` removes it.`;
		case 'table':
			return `See \`nft list table ${hook.family} ${hook.table}\`; \`nft delete table ${hook.family} ${hook.table}\` removes it.`;
	}
}

/** What came and went between two readings, each with whether it is bad; what was there at the start is news too. */
export function hooksNews(before: HooksReading | null, after: HooksReading): readonly {readonly level: 'info' | 'warn'; readonly text: string}[] {
	if (!after.ok || before?.ok === false) return [];
	const was = new Map((before?.value ?? []).map(hook => [describeHook(hook), hook]));
	const is = new Map(after.value.map(hook => [describeHook(hook), hook]));
	const came = [...is].filter(([text]) => !was.has(text));
	const went = [...was].filter(([text]) => !is.has(text));
	return [
		...came.map(([text, {diverts}]) => diverts
			? ({level: 'warn', text: `${sentence(text)} is not ours, and can send packets past our tables.`} as const)
			: ({level: 'info', text: `${sentence(text)} is somebody else's; nothing in it is known to take packets past our tables.`} as const)),
		...went.map(([text]) => ({level: 'info', text: `${sentence(text)} is gone.`}) as const),
	];
}
