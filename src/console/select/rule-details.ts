/** What Enter shows of a rule: why it is there and who asked for it, where it stands, what it matches, and what hits it. */
import {settings, type Setting} from '../../config/settings.ts';
import type {DropView, RuleView} from '../../control/schema.ts';
import {formatAge, formatBytes, formatPacketRate, withThousands} from '../format.ts';
import type {Slot} from '../memo.ts';
import {itemsOf, type Ring} from '../ring.ts';
import {keyFor} from '../keymap.ts';
import type {Line} from '../text.ts';
import type {NumberedDrop, ViewState} from '../view.ts';
import {destinationOf} from './drop-fields.ts';
import {field} from './fields.ts';
import {matchWords} from './match-words.ts';
import {shownMoment, shownNowMs} from './moment.ts';

export function ruleLines(rule: RuleView, {state, width}: {readonly state: ViewState; readonly width: number}): readonly Line[] {
	const rate = formatPacketRate(rule.packetsPerSecond);
	const nowMs = shownNowMs(state);
	return [
		...field('why', rule.reason, width),
		...field('made by', makerOf(rule.setting), width),
		...field('place', placeOf(rule, shownMoment(state).snapshot?.rules ?? []), width),
		...field('matches', matchWords(rule.text).words, width),
		...field('counted', `${withThousands(rule.packets)} packet${rule.packets === 1 ? '' : 's'}, ${formatBytes(rule.bytes)}${rate === '' ? '' : `, ${rate} now`}, last hit ${rule.lastHitMs === null ? 'never since this daemon began' : `${formatAge(nowMs - rule.lastHitMs)} ago`}`, width),
		...(refuses(rule) ? hitLines(rule, {state, nowMs, width}) : []),
		[],
		...field('nft', rule.text, width),
	];
}

export const refuses = ({verdict}: RuleView): boolean => verdict === 'reject' || verdict === 'drop';

/** Where to look for it: the setting's two spellings, and what it is for. */
export function makerOf(name: string): string {
	if (name === 'vks') return 'no setting: it is always there';
	if (name === 'allow') return '`vks allow` or the console: an exception, until its time is over';
	const setting: Setting | undefined = Object.values<Setting>(settings).find(each => each.name === name);
	if (setting === undefined) return name;
	return `${name} in the environment${setting.key === null ? '' : `, or ${setting.key} in the configuration file`}: ${setting.meaning.replaceAll('`', '')}`;
}

function placeOf(rule: RuleView, rules: readonly RuleView[]): string {
	const chain = rules.filter(each => each.chain === rule.chain && each.table === rule.table);
	const index = chain.indexOf(rule);
	const before = chain[index - 1];
	return `table ${rule.table} vks, chain ${rule.chain}, verdict ${rule.verdict}; ${index < 0 ? 'not in the present ruleset' : `number ${index + 1} of ${chain.length}, ${before === undefined ? 'the first' : `after ${before.id}`}`}`;
}

interface Hit {
	readonly text: string;
	readonly count: number;
	readonly lastMs: number;
}

const hitsSlot: Slot<readonly Hit[]> = {name: 'what a rule refused'};
const shownHits = 5;

/** Of the records that are held; the counter knows all of them. */
function hitLines(rule: RuleView, {state, nowMs, width}: {readonly state: ViewState; readonly nowMs: number; readonly width: number}): readonly Line[] {
	const {drops} = shownMoment(state);
	const hits = state.memo.last(hitsSlot, [drops, rule.id], () => hitsOf(rule.id, drops));
	if (hits.length === 0) return [[], ...field('hit by', 'nothing that is still held here', width)];
	const rows = hits.slice(0, shownHits).map(({text, count, lastMs}, index) => field(index === 0 ? 'hit by' : '', `${withThousands(count)}x ${text}, last ${formatAge(nowMs - lastMs)} ago`, width));
	const key = keyFor(state.keys, 'focus-drops');
	return [[], ...rows.flat(), ...(hits.length > shownHits ? field('', `and ${withThousands(hits.length - shownHits)} more`, width) : []), ...(key === '' ? [] : field('', `${key} shows them in Drops`, width))];
}

function hitsOf(id: string, drops: Ring<NumberedDrop>): readonly Hit[] {
	const hits = new Map<string, Hit>();
	for (const {record} of itemsOf(drops)) {
		if (record.ruleId !== id) continue;
		const text = describe(record);
		hits.set(text, {text, count: (hits.get(text)?.count ?? 0) + 1, lastMs: record.atMs});
	}
	return [...hits.values()].toSorted((a, b) => b.count - a.count || b.lastMs - a.lastMs);
}

function describe(record: DropView): string {
	const {direction, protocol, icmpType, uid, source, drill} = record;
	const what = `${protocol}${icmpType === null ? '' : ` type ${icmpType}`}`;
	return `${what} ${direction === 'out' ? '' : `from ${source} `}to ${destinationOf(record)}${uid === null ? '' : ` of uid ${uid}`}${drill === true ? ' (a drill)' : ''}`;
}
