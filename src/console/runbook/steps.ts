/**
 * What to do when something is wrong, in its order: isolate and prove first, keep evidence before anything is changed, look,
 * and only then let go. Each step says how it stands, by what was read and not by what was pressed.
 */
import type {Snapshot} from '../../control/schema.ts';
import type {PlainAction} from '../actions.ts';
import {formatAge, formatClock, withThousands} from '../format.ts';
import {keyInFull, tunnelKey} from '../select/server-words.ts';
import {proofWord} from '../select/truth.ts';
import type {PanelId, ViewState} from '../view.ts';

export interface RunbookStep {
	readonly title: string;
	/** What its key does. */
	readonly act: PlainAction | `focus-${PanelId}`;
	readonly standing: 'done' | 'due' | 'wrong';
	readonly proof: string;
}

type Look = (snapshot: Snapshot, state: ViewState) => RunbookStep;

const steps: readonly Look[] = [isolate, prove, keepEvidence, whoChanged, whoSends, whatIsOpen, leakTest, anotherKey, letGo];

/** Of now, whatever moment the panels show. */
export function runbookSteps(state: ViewState): readonly RunbookStep[] {
	const {snapshot} = state.live;
	return snapshot === null ? [] : steps.map(look => look(snapshot, state));
}

function isolate({state: {kind, sinceMs}}: Snapshot, view: ViewState): RunbookStep {
	const proof = proofWord(view);
	const locked = kind === 'lockdown';
	return {
		title: 'Isolate', act: 'lockdown', standing: locked && !proof.bad ? 'done' : locked ? 'wrong' : 'due',
		proof: locked ? `locked down since ${formatClock(sinceMs, view.offsetMinutes)}, ${proof.text}` : 'not locked down. Nothing is lost by it: the tunnel is dialled again when it is lifted.',
	};
}

function prove({layers}: Snapshot, view: ViewState): RunbookStep {
	const proof = proofWord(view);
	const open = layers.filter(({state}) => state !== 'held').map(({name, state}) => `${name} ${state}`);
	return {
		title: 'Prove', act: 'focus-ruleset', standing: proof.bad ? 'wrong' : 'done',
		proof: [proof.text, `${layers.length - open.length} of ${layers.length} layers held`, ...open, ...proof.why].join('; '),
	};
}

function keepEvidence(_: Snapshot, {evidence, offsetMinutes}: ViewState): RunbookStep {
	return {
		title: 'Keep evidence', act: 'evidence', standing: evidence === null ? 'due' : 'done',
		proof: evidence === null ? 'none written by this console. Before anything else is changed; it holds no key.' : `${evidence.text}, ${formatClock(evidence.atMs, offsetMinutes)}`,
	};
}

function whoChanged({tamper}: Snapshot, {offsetMinutes}: ViewState): RunbookStep {
	const {count, last, lastAtMs} = tamper;
	return {
		title: 'Who changed what', act: 'focus-journal', standing: count === 0 ? 'done' : 'wrong',
		proof: count === 0 ? 'nobody but vks changed rules, routes or settings since it started' : `${withThousands(count)} times${lastAtMs === null ? '' : `, last ${formatClock(lastAtMs, offsetMinutes)}`}: ${last ?? 'no detail'}`,
	};
}

function whoSends({drops}: Snapshot, {live}: ViewState): RunbookStep {
	return {
		title: 'Who sends what', act: 'focus-drops', standing: 'done',
		proof: `${withThousands(drops.total)} packets refused, in ${withThousands(live.groups.groups.size)} groups; Enter on one says by what rule, and who sent it`,
	};
}

function whatIsOpen({exceptions, unsafeNetwork}: Snapshot): RunbookStep {
	const open = [...exceptions.map(({id, reason}) => `exception ${id} (${reason})`), ...unsafeNetwork.map(range => `${range}, by an override in NETWORK`)];
	return {title: 'What is open beside the tunnel', act: 'exceptions', standing: open.length === 0 ? 'done' : 'wrong', proof: open.length === 0 ? 'nothing for a time; lasting openings are settings' : open.join('; ')};
}

function leakTest({lastDrill}: Snapshot, {nowMs}: ViewState): RunbookStep {
	return {
		title: 'Test for leaks', act: 'drill', standing: lastDrill === null ? 'due' : lastDrill.kind === 'passed' ? 'done' : lastDrill.kind === 'failed' ? 'wrong' : 'due',
		proof: lastDrill === null ? 'none yet' : `${lastDrill.kind} ${formatAge(nowMs - lastDrill.atMs)} ago: ${lastDrill.detail}`,
	};
}

function anotherKey(snapshot: Snapshot, {nowMs}: ViewState): RunbookStep {
	const key = tunnelKey(snapshot);
	return {
		title: 'Another server; a new key if this one may be known', act: 'next', standing: 'due',
		proof: `${key === null ? 'the key\'s age is not known' : `key: ${keyInFull(key, nowMs)}`}. A key is made at the provider; vks takes the new file by itself.`,
	};
}

function letGo({state: {kind}}: Snapshot): RunbookStep {
	return {title: 'Let go', act: 'lift', standing: kind === 'lockdown' ? 'due' : 'done', proof: kind === 'lockdown' ? 'last of all: when what went wrong is known, and ended' : 'there is no lockdown to lift'};
}
