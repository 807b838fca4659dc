/** What Enter shows: a rule, all about the tunnel, or why a packet was refused and what would let it pass. */
import type {JournalEntry, ServerView} from '../../control/schema.ts';
import {formatAge, formatClock} from '../format.ts';
import {keyFor} from '../keymap.ts';
import {span, wrapText, type Line} from '../text.ts';
import type {Theme, Tone} from '../theme.ts';
import type {Dialog, ViewState} from '../view.ts';
import {dropLines} from './drop-details.ts';
import {dropRows} from './drops.ts';
import {field, type Details} from './fields.ts';
import {journalRows} from './journal.ts';
import {noServerSteps} from './first-run.ts';
import {shownNowMs} from './moment.ts';
import {ruleLines} from './rule-details.ts';
import {ruleRows} from './ruleset.ts';
import {lastInFull, latencyInFull, loadText} from './server-words.ts';
import {placeOf, serverRows} from './servers.ts';
import {tunnelDetails} from './tunnel-details.ts';

export type {Details};

const gone: Details = {title: 'Gone', lines: () => [[span('This row is no longer held: newer ones took its place.')]]};

export function selectDetails(state: ViewState, dialog: Extract<Dialog, {kind: 'details'}>, theme: Theme): Details {
	switch (dialog.panel) {
		case 'ruleset': {
			const row = ruleRows(state).find(each => each.key === dialog.key);
			return row === undefined || row.kind === 'chain' ? gone : {title: `Rule ${row.rule.id}`, lines: width => ruleLines(row.rule, {state, width})};
		}
		case 'drops': {
			const row = dropRows(state).find(each => each.key === dialog.key);
			return row === undefined ? gone : {title: `Refused by ${row.record.ruleId}`, lines: width => dropLines(row, {state, width, explanation: dialog.explanation})};
		}
		case 'journal': {
			const entry = journalRows(state).find(each => each.key === dialog.key)?.entry;
			return entry === undefined ? gone : {title: `Journal ${entry.seq}`, lines: width => [...field('when', `${formatClock(entry.atMs, state.offsetMinutes)}, ${formatAge(shownNowMs(state) - entry.atMs)} ago`, width), ...field('kind', `${entry.kind}, ${entry.level}`, width), ...field('what', entry.text, width), ...diffLines(entry, width)]};
		}
		case 'servers': {
			const server = serverRows(state).find(each => each.key === dialog.key)?.server;
			if (server === undefined) return firstServer(state) ?? gone;
			return {title: `Server ${server.id}`, lines: width => serverLines(server, {state, width})};
		}
		case 'tunnel':
			return tunnelDetails(state, theme);
	}
}

/** Enter where there is no server shows what the panel has no room for. */
function firstServer(state: ViewState): Details | null {
	const steps = noServerSteps(state.live.snapshot);
	return steps === null ? null : {title: 'The first server', lines: width => steps.flatMap(step => wrapText(step, width).map((line): Line => [step.startsWith(' ') ? span(`    ${line}`, 'accent') : span(line)]))};
}

const diffTones: Readonly<Record<string, Tone>> = {'+': 'good', '-': 'warn'};

/** What a policy changed, as nft text; a long rule goes on under itself. */
function diffLines({diff}: JournalEntry, width: number): readonly Line[] {
	if (diff === undefined) return [];
	return [[], ...diff.flatMap(text => {
		const tone = diffTones[text.charAt(0)];
		if (tone === undefined) return [[span(text, 'label')]];
		return wrapText(text.slice(2), Math.max(1, width - 4)).map((line, index): Line => [span(index === 0 ? `${text.charAt(0)} ` : '    ', tone), span(line, tone)]);
	})];
}

function serverLines(server: ServerView, {state, width}: {readonly state: ViewState; readonly width: number}): readonly Line[] {
	const nowMs = shownNowMs(state);
	return [
		...(server.problem === null ? [] : field('problem', server.problem, width)),
		...(placeOf(server) === '' ? [] : field('place', placeOf(server), width)),
		...(server.endpoint === null ? [] : field('endpoint', server.endpoint, width)),
		...(server.current ? field('in use', `yes; ${keyFor(state.keys, 'reconnect')} dials it again`, width) : []),
		...(server.favourite ? field('favourite', 'yes', width) : []),
		...(server.problem === null ? field('latency', latencyInFull(server, nowMs), width) : []),
		...(server.load === null ? [] : field('load', `${loadText(server.load)}, as its file says`, width)),
		...(server.last === null ? [] : field('last', lastInFull(server.last, nowMs), width)),
		...server.notes.flatMap(note => field('note', note, width)),
	];
}
