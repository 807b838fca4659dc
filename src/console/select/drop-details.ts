/** An opened refusal: what was refused and whose it was, by which rule and why, and what the policy says of such a packet now. */
import type {DropView, Explanation} from '../../control/schema.ts';
import {formatAge, formatClock, withThousands} from '../format.ts';
import {rateOf, type DropGroup} from '../groups.ts';
import type {Line} from '../text.ts';
import type {ViewState} from '../view.ts';
import {destinationOf, frameOf, interfaceOf, rateText, sourceOf, whoInFull} from './drop-fields.ts';
import type {DropRow} from './drops.ts';
import {field, settingOf} from './fields.ts';
import {shownNowMs} from './moment.ts';
import {isNamed, namedText, ruleOfName} from './named-drop.ts';
import {questionAbout} from './packet-question.ts';
import {ruleById} from './ruleset.ts';

interface Shown {
	readonly state: ViewState;
	readonly width: number;
	readonly explanation: Explanation | null;
}

export function dropLines({record, group}: Pick<DropRow, 'record' | 'group'>, {state, width, explanation}: Shown): readonly Line[] {
	const link = interfaceOf(record);
	return [
		...field(isNamed(record) ? 'refused' : 'packet', isNamed(record) ? namedText(record) : frameOf(record) === null ? `${record.protocol}${record.icmpType === null ? '' : ` type ${record.icmpType}`} ${sourceOf(record)} to ${destinationOf(record)}, ${record.length} bytes` : `${destinationOf(record)}, ${record.length} bytes`, width),
		...field('when', `${formatClock(record.atMs, state.offsetMinutes)}, ${formatAge(shownNowMs(state) - record.atMs)} ago`, width),
		...(group === null ? [] : groupLines(group, state, width)),
		...field('direction', `${record.direction}${link === '' ? '' : `, ${link}`}${record.mark === undefined ? '' : `, mark 0x${record.mark.toString(16)}`}`, width),
		...field('sender', record.drill === true ? 'a leak test of vks' : whoInFull(record), width),
		[],
		...(isNamed(record) ? ruleOfName(record, state, width) : ruleFields(record, state, width)),
		...(isNamed(record) ? [] : explanation === null ? unasked(record, state, width) : explanationLines(explanation, {refusedBy: record.ruleId, width})),
	];
}

function ruleFields(record: DropView, state: ViewState, width: number): readonly Line[] {
	const rule = ruleById(state, record.ruleId);
	return [
		...field('rule', rule === undefined ? `${record.ruleId}, which the present ruleset does not have` : `${rule.id} (${rule.verdict}, chain ${rule.chain})`, width),
		...(rule === undefined ? [] : [...field('why', rule.reason, width), ...field('setting', settingOf(rule), width)]),
	];
}

function groupLines(group: DropGroup, state: ViewState, width: number): readonly Line[] {
	const {packets, firstAtMs, manySources} = group;
	if (packets === 1) return [];
	const nowMs = shownNowMs(state);
	const rate = rateText(rateOf(group, nowMs));
	return field('like it', `${withThousands(packets)} in ${formatAge(Math.max(1000, nowMs - firstAtMs))}${rate === '' ? '' : `, ${rate} now`}${manySources ? ', from several sources' : ''}`, width);
}

function unasked(record: DropView, state: ViewState, width: number): readonly Line[] {
	return questionAbout(record, state) === null ? [[], ...field('now', 'not asked: the record does not say enough of the packet', width)] : [];
}

function explanationLines({verdict, ruleId, reason, via, wouldOpen, path}: Explanation, {refusedBy, width}: {readonly refusedBy: string; readonly width: number}): readonly Line[] {
	const now = ruleId === refusedBy ? 'refused by the same rule' : ruleId === 'none' ? `not known: ${reason}` : `${verdict} by ${ruleId}${via === null ? '' : `, ${via}`}: ${reason}`;
	return [
		[],
		...field('now', now, width),
		...(path.length === 0 ? [] : field('looked at', shortened(path).join(', '), width)),
		...(wouldOpen === null ? [] : field('would open', wouldOpen, width)),
	];
}

const lastSteps = 3;

/** Routing decides little and is said; of the rules before the last ones only how many there were. */
export function shortened(path: readonly string[]): readonly string[] {
	const isRouting = (step: string): boolean => step.startsWith('routing:');
	const early = path.slice(0, -lastSteps).filter(step => !isRouting(step)).length;
	if (early <= 1) return path;
	return [...path.slice(0, -lastSteps).filter(isRouting), `${early} rules`, ...path.slice(-lastSteps)];
}
