/** Evidence as files: for a person, for a program, and for `vks-tui --replay`. Pure. */
import type {FactsSection, RuleView} from '../control/schema.ts';
import {withoutControls} from '../controls.ts';
import {dropsLine, headingLine, journalLine, momentWriter} from '../history/recording.ts';
import type {Evidence} from './collect.ts';
import {manifestName, manifestOf} from './manifest.ts';
import {redact} from './redact.ts';

export interface EvidenceFile {
	readonly name: string;
	readonly text: string;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, '\t')}\n`;
const lines = (values: readonly unknown[]): string => values.map(value => `${JSON.stringify(value)}\n`).join('');

export function evidenceFiles(evidence: Evidence, by: string, isoTime: (atMs: number) => string): readonly EvidenceFile[] {
	const {snapshot, drops, journal, moments, facts} = evidence;
	const {rules, exceptions, lastDrill, ...state} = snapshot;
	const files: readonly EvidenceFile[] = [
		{name: 'README.txt', text: readme(evidence, by, isoTime)},
		{name: 'state.json', text: json(state)},
		{name: 'rules.txt', text: rulesText(rules)},
		{name: 'drops.jsonl', text: lines(drops)},
		{name: 'journal.jsonl', text: lines(journal)},
		{name: 'exceptions.json', text: json(exceptions)},
		{name: 'drill.json', text: json(lastDrill)},
		{name: 'moments.jsonl', text: lines(moments.map(({moment}) => moment))},
		{name: 'session.jsonl', text: sessionText(evidence, by)},
		...(typeof facts === 'string' ? [] : facts.sections.map(section => ({name: `${section.name}.txt`, text: sectionText(section)}))),
	];
	const written = files.map(({name, text}) => ({name, text: readable(name, redact(text))}));
	// Last, so that where it is, everything else is.
	return [...written, {name: manifestName, text: manifestOf(written)}];
}

/** Somebody will show it in a terminal. JSON escapes only the first of the controls by itself (RFC 8259, 7), and can say all. */
function readable(name: string, text: string): string {
	if (name.endsWith('.txt')) return text.split('\n').map(withoutControls).join('\n');
	return text.replaceAll(/[\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/g, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function sessionText({snapshot, drops, journal, moments}: Evidence, by: string): string {
	const write = momentWriter();
	return [headingLine(by, snapshot.atMs), dropsLine(drops), journalLine(journal), ...moments.map(each => write(each.moment, each.snapshot))].join('');
}

/** In evaluation order, with what each rule counted and why it is there. */
function rulesText(rules: readonly RuleView[]): string {
	return rules.flatMap((rule, index) => {
		const before = rules[index - 1];
		const heading = before?.chain === rule.chain && before.table === rule.table ? [] : [`${index === 0 ? '' : '\n'}table ${rule.table} vks, chain ${rule.chain}`];
		return [...heading, `  ${rule.text}`, `    # ${rule.packets} packets, ${rule.bytes} bytes; ${rule.reason} (${rule.setting})`];
	}).join('\n').concat('\n');
}

const sectionText = ({lines: said, leftOut, problem}: FactsSection): string =>
	[...said, ...(leftOut === 0 ? [] : [`… and ${leftOut} more`]), ...(problem === null ? [] : [`Not read: ${problem}`])].map(line => `${line}\n`).join('');

const contents: Readonly<Record<FactsSection['name'], string>> = {
	'links': 'interfaces and their addresses',
	'routes': 'routes of every table that vks looks at',
	'routing-rules': 'rules of routing',
	'hooks': 'what others hooked in: tables, tc filters, XDP programs',
	'tunnel': 'the tunnel as its device tells of it, without keys',
	'connections': 'tracked connections, as they began and as they are answered',
	'sockets': 'open sockets of TCP and UDP, with the uid of their owner',
};

function readme({snapshot, drops, journal, moments, missing, facts, lockdown}: Evidence, by: string, isoTime: (atMs: number) => string): string {
	const {state, proof, daemon} = snapshot;
	return `Evidence of vks ${daemon.version}, taken ${isoTime(snapshot.atMs)} by vks ${by}.

State: ${state.kind}. ${state.detail}
Proof: ${proof.kind}${proof.checkedAtMs === null ? '' : `, read back ${isoTime(proof.checkedAtMs)}`}${proof.detail.length === 0 ? '' : `: ${proof.detail.join('; ')}`}

state.json       what was shown, but for what has a file of its own
rules.txt        the ruleset in evaluation order, with what each rule counted
drops.jsonl      the ${drops.length} packets refused last
journal.jsonl    the last ${journal.length} entries, with what each policy changed
exceptions.json  what was open for a time
drill.json       the last leak test
moments.jsonl    when and why each of ${moments.length} moments was kept
session.jsonl    these moments: vks-tui --replay with this folder
${typeof facts === 'string' ? '' : facts.sections.map(({name}) => `${`${name}.txt`.padEnd(17)}${contents[name]}\n`).join('')}${manifestName}  SHA-256 of every other file: sha256sum --check ${manifestName}
${lockdown === null ? '' : `\nstate.json, rules.txt and the first lines here are from before the lockdown that was asked for with it; the rest is from after it.\nLockdown: ${lockdown}\n`}${missing === null ? '' : `\nEarlier or later moments are missing: ${missing}.\n`}
${typeof facts === 'string' ? `Routes, connections and sockets are not in it: ${facts}\n` : ''}What looked like a key or a password was removed. Addresses, uids and names of servers are in it.
`;
}
