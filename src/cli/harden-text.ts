/** A plan for a person: each change with what it closes, as a diff; then what is not changed, and why. */
import type {Choices} from '../harden/choices.ts';
import type {Change, Plan} from '../harden/plan.ts';
import {sentence} from '../sentence.ts';
import {notLookedLines} from './finding-lines.ts';
import {paint} from './output.ts';

export function planLines({choices, changes, left, notLooked}: Plan): readonly string[] {
	return [
		...changes.flatMap(changeLines),
		changes.length === 0 ? `${paint('good', 'Nothing to do: all that is found and that rules can close is closed.')}${choices.sessions.length === 0 ? '' : ` ${sessionWords(choices).join('; ')}; \`--let-in none\` ends that.`}` : `${changes.length} ${changes.length === 1 ? 'change' : 'changes'}; ${changes.every(({apply}) => apply.kind === 'file') ? 'these ports are then reached from this host alone' : choiceWords(choices)}.`,
		...left.map(({what, why}) => `Not changed: ${what} ${sentence(why)}${why.endsWith('.') ? '' : '.'}`),
		...notLookedLines(notLooked),
	];
}

const changeLines = ({where, closes, diff, then}: Change): readonly string[] => [
	`${paint('strong', where)}`,
	...closes.map(({id, what}) => `       closes ${id}: ${what}`),
	// What is no space may not reach a terminal.
	...diff.map(line => line.replaceAll('\t', '    ')).map(line => (line.startsWith('+') ? paint('good', line) : line.startsWith('-') ? paint('bad', line) : line)),
	...(then === '' ? [] : [`       then   ${then}`]),
	'',
];

function choiceWords({letIn, open, close, sessions, outbound}: Choices): string {
	const said = [
		letIn.length === 0 ? 'nobody gets in there by the links named any more; `--let-in RANGES` lets some in' : `${letIn.join(', ')} still get in`,
		...(open.length === 0 ? [] : [`${open.join(', ')} stay open to everybody`]), ...(close.length === 0 ? [] : [`${close.join(', ')} closed too`]),
		...(outbound === null ? [] : [`the host itself begins nothing by its uplinks${outbound.length === 0 ? '' : ` but ${outbound.join(', ')}`}`]), ...sessionWords({sessions}),
	];
	return said.join('; ');
}

const sessionWords = ({sessions}: Pick<Choices, 'sessions'>): readonly string[] => sessions.map(({from, port}) => `your login from ${from} to port ${port} stays`);
