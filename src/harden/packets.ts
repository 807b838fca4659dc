/**
 * What closes published ports in iptables: chains of our own, asked first. Who replies and who is allowed goes on to the rules
 * that stand there already; new connections to the ports that an audit found are dropped. Pure.
 */
import type {Command, Finding} from '../audit/finding.ts';
import {judgeEngine, type Scene} from '../audit/judge-engine.ts';
import {filterOf, isDockers, programOf, type RuleSet} from '../audit/rules/facts.ts';
import {choose, ofFamily, portName, type Choices} from './choices.ts';
import {chainsOf, edited, undoOf, type Chains, type Edit} from './chains.ts';
import {unifiedDiff} from './diff.ts';
import {forwardChain, inputChain, isOwn, withoutOwn} from './own.ts';
import type {Change, Left, Plan, Reason} from './plan.ts';

/** Which findings rules can close; the second kind is the operator's own chain, not ours. */
const closable = new Set(['port-published', 'port-past-firewall', 'bridge-open', 'ipv6-unfiltered', 'localhost-not-local']);
const repairable = new Set(['docker-user-missing', 'docker-user-not-asked', 'docker-user-late']);

export function planPackets(scene: Scene, choices: Choices): Plan {
	const {host} = scene;
	const bare = judgeEngine({...scene, host: host === null ? null : withoutOwn(host)});
	const wanted = bare.findings.filter(({id}) => closable.has(id));
	const closing = wanted.filter(found => reasonOpen(found, choices) === null);
	const open = wanted.flatMap(found => {
		const why = reasonOpen(found, choices);
		return why === null ? [] : [{...found, why}];
	});
	const sets = host?.rules.sets ?? [];
	const programs = new Set([...sets.map(programOf), ...closing.flatMap(({commands}) => commands.flatMap(([program]) => program ?? []))]);
	const found = {closing, repairs: bare.findings.filter(({id}) => repairable.has(id)), reopened: new Set([...choices.open, ...open.flatMap(({commands}) => commands.flatMap(portOf))])};
	const changes = [...programs].flatMap(program => changeOf(program, sets, found, choices));
	return {choices, changes, left: [...open.map(({id, what, why}) => ({what: `${id}: ${what}`, why})), ...bare.findings.filter(({id}) => id === 'docker-user-unreachable' || id === 'two-backends').map(byHand)], notLooked: bare.notLooked};
}

const reasonOpen = ({severity, commands, fix}: Finding, choices: Choices): string | null => (commands.length === 0 ? `no rule closes it. ${fix}` : choose(severity, commands.flatMap(portOf), choices));

function portOf(words: Command): readonly string[] {
	const [transport, port] = [words[words.indexOf('-p') + 1], words[Math.max(words.indexOf('--ctorigdstport'), words.indexOf('--dport')) + 1]];
	return words.includes('-p') ? [portName({port: port ?? '', transport: transport ?? ''})] : [];
}

const byHand = ({id, what, fix}: Finding): Left => ({what: `${id}: ${what}`, why: `these are rules of your own. ${fix}`});

interface Found {
	readonly closing: readonly Finding[];
	readonly repairs: readonly Finding[];
	/** Ports that are to be open. */
	readonly reopened: ReadonlySet<string>;
}

function changeOf(program: string, sets: readonly RuleSet[], {closing, repairs, reopened}: Found, choices: Choices): readonly Change[] {
	const [family, backend] = [program.startsWith('ip6') ? 6 as const : 4 as const, program.endsWith('legacy') ? 'legacy' as const : 'nft' as const];
	const set = sets.find(each => programOf(each) === program);
	const filter = set === undefined ? undefined : filterOf(set);
	const before = chainsOf(filter);
	const of = (found: Finding): readonly Command[] => found.commands.filter(([name]) => name === program);
	const chosen = closing.filter(found => of(found).length > 0);
	const mending = (set === undefined || !isDockers(set) ? [] : repairs).filter(found => of(found).length > 0);
	const drops = chosen.flatMap(of);
	const mended = mending.flatMap(of).flatMap(editOf);
	const rulesFor = (chain: string, isIn: boolean): readonly string[] => {
		const found = drops.filter(words => (words[2] === 'INPUT') === isIn).map(words => words.slice(4).join(' '));
		// What was closed stays so while its container is not there.
		const stands = (before.get(chain) ?? []).filter(rule => rule.endsWith('-j DROP') && !portOf(rule.split(' ')).some(port => reopened.has(port)));
		return filled([...new Set([...found, ...stands])].toSorted(), isIn, family, choices);
	};
	const place = (edited(before, mended).has('DOCKER-USER') ? 'DOCKER-USER' : 'FORWARD');
	const edits = [...mended, ...chainEdits(before, forwardChain, rulesFor(forwardChain, false), place), ...chainEdits(before, inputChain, rulesFor(inputChain, true), 'INPUT')];
	if (edits.length === 0) return [];
	const after = edited(before, edits);
	const step = {kind: 'packets', family, backend} as const;
	const base = filter === undefined ? new Map([['INPUT', []], ['FORWARD', []]]) : before;
	return [{
		where: `table filter of ${program}`, closes: [...mending, ...chosen].map(reason), diff: unifiedDiff(`table filter of ${program}`, listed(before, after), listed(after, before), 2), then: '',
		apply: {...step, edits, leavesNone: false}, undo: {...step, edits: undoOf(base, edits), leavesNone: filter === undefined},
	}];
}

const reason = ({id, what}: Finding): Reason => ({id, what});

/** RETURN and not ACCEPT: what the rules after these refuse, such as one network's containers from another's, they go on to refuse. */
function filled(drops: readonly string[], isIn: boolean, family: 4 | 6, {letIn, sessions}: Choices): readonly string[] {
	if (drops.length === 0) return [];
	const kept = sessions.filter(({from, port}) => ofFamily([from], family).length > 0 && drops.some(rule => portOf(rule.split(' ')).includes(`${port}/tcp`)));
	return [
		'-m conntrack --ctstate RELATED,ESTABLISHED -j RETURN',
		...ofFamily(letIn, family).map(range => `-s ${range} -j RETURN`),
		...kept.map(({from, port}) => (isIn ? `-s ${from} -p tcp -m tcp --dport ${port} -j RETURN` : `-s ${from} -p tcp -m conntrack --ctorigdstport ${port} --ctdir ORIGINAL -j RETURN`)),
		...drops,
	];
}

/** Its rules, and that it is asked first. */
function chainEdits(before: Chains, chain: string, rules: readonly string[], from: string): readonly Edit[] {
	const stands = before.get(chain);
	const jump = `-j ${chain}`;
	const jumps = [...before].flatMap(([name, list]) => list.filter(rule => rule === jump).map(() => name));
	if (rules.length === 0) return stands === undefined ? [] : [...jumps.map((name): Edit => ({do: 'delete', chain: name, rule: jump})), {do: 'remove', chain}];
	const fill: readonly Edit[] = stands !== undefined && stands.join('\n') === rules.join('\n') ? [] : [{do: 'fill', chain, rules}];
	const first = before.get(from)?.[0] === jump;
	const stray = first ? jumps.filter((name, index) => name !== from || index > jumps.indexOf(from)) : jumps;
	return [...fill, ...stray.map((name): Edit => ({do: 'delete', chain: name, rule: jump})), ...(first ? [] : [{do: 'insert', chain: from, at: 1, rule: jump} as const])];
}

/** As an audit prints it. */
function editOf([, action, chain = '', ...rest]: Command): readonly Edit[] {
	switch (action) {
		case '-N':
			return [{do: 'fill', chain, rules: []}];
		case '-A':
			return [{do: 'append', chain, rule: rest.join(' ')}];
		case '-I':
			return [{do: 'insert', chain, at: Number(rest[0]), rule: rest.slice(1).join(' ')}];
		case '-D':
			return [{do: 'delete', chain, rule: rest.join(' ')}];
		default:
			return [];
	}
}

/** As `iptables-save` does, but for chains that do not differ. */
function listed(chains: Chains, other: Chains): readonly string[] {
	const names = [...chains.keys()].filter(name => isOwn(name) || chains.get(name)?.join('\n') !== other.get(name)?.join('\n')).toSorted();
	return [...names.filter(name => !builtIn.has(name)).map(name => `:${name} - [0:0]`), ...names.flatMap(name => (chains.get(name) ?? []).map(rule => `-A ${name} ${rule}`))];
}

const builtIn = new Set(['INPUT', 'FORWARD', 'OUTPUT']);
