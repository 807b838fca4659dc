/** Whether rules of the operator's own, in DOCKER-USER, are asked at all. Pure. */
import {finding, type Finding} from '../finding.ts';
import {filterOf, isDockers, programOf, type HostRules, type RuleSet} from './facts.ts';
import {isInterface} from './walk.ts';
import {isUnconditional, type IptablesRule, type IptablesTable} from './parse-iptables.ts';

const chainName = 'DOCKER-USER';

/** `bridges`: the engine's links. */
export const dockerUserFindings = ({sets}: HostRules, bridges: readonly string[]): readonly Finding[] => sets.flatMap(set => {
	const filter = filterOf(set);
	if (filter === undefined || (!isDockers(set) && !filter.has(chainName))) return [];
	return [...(filter.has(chainName) ? [...jumpFindings(set, filter, bridges), ...unreachableFindings(set, filter)] : [missingFinding(set)]), ...splitFindings(set, sets)];
});

function missingFinding(set: RuleSet): Finding {
	const program = programOf(set);
	return finding({
		id: 'docker-user-missing', severity: 'medium', what: `There is no chain ${chainName} in ${program}, where rules of your own would be asked before Docker's.`, proof: `${program}-save: table filter has DOCKER and no ${chainName}`,
		risk: 'Rules that are to keep others out of published ports have no place, and what adds them fails or is never asked.',
		fix: `${program} -N ${chainName}; ${program} -A ${chainName} -j RETURN; ${program} -I FORWARD 1 -j ${chainName}`,
		commands: [[program, '-N', chainName], [program, '-A', chainName, '-j', 'RETURN'], [program, '-I', 'FORWARD', '1', '-j', chainName]],
		undo: [[program, '-D', 'FORWARD', '-j', chainName], [program, '-F', chainName], [program, '-X', chainName]],
	});
}

const refuses = ({target}: IptablesRule): boolean => target === 'DROP' || target === 'REJECT';

function jumpFindings(set: RuleSet, filter: IptablesTable, bridges: readonly string[]): readonly Finding[] {
	const program = programOf(set);
	const forward = filter.get('FORWARD')?.rules ?? [];
	const own = (filter.get(chainName)?.rules ?? []).filter(rule => !(isUnconditional(rule) && rule.target === 'RETURN'));
	const severity = own.some(refuses) ? 'high' : 'medium';
	const at = forward.findIndex(rule => rule.target === chainName && isUnconditional(rule));
	if (at === -1) {
		return [finding({
			id: 'docker-user-not-asked', severity, what: `Nothing in FORWARD of ${program} leads to ${chainName}: ${own.length === 0 ? 'rules added there would not be asked' : `its ${own.length} ${own.length === 1 ? 'rule is' : 'rules are'} not asked`}.`,
			proof: `${program}-save: no \`-A FORWARD -j ${chainName}\`${own[0] === undefined ? '' : `; \`-A ${chainName} ${own[0].text}\``}`,
			risk: 'Published ports are open to everybody whom these rules were to keep out.',
			fix: `${program} -I FORWARD 1 -j ${chainName}`, commands: [[program, '-I', 'FORWARD', '1', '-j', chainName]], undo: [[program, '-D', 'FORWARD', '-j', chainName]],
		})];
	}
	const before = forward.slice(0, at).find(rule => accepts(filter, bridges, rule));
	return before === undefined || severity !== 'high' ? [] : [finding({
		id: 'docker-user-late', severity, what: `${chainName} is not the first that FORWARD of ${program} asks: a rule before it accepts.`, proof: `${program}-save: \`-A FORWARD ${before.text}\` stands before \`-A FORWARD -j ${chainName}\``,
		risk: 'What that rule accepts is never shown to the rules that were to keep it out.',
		fix: `${program} -D FORWARD -j ${chainName}; ${program} -I FORWARD 1 -j ${chainName}`,
		commands: [[program, '-D', 'FORWARD', '-j', chainName], [program, '-I', 'FORWARD', '1', '-j', chainName]],
		undo: [[program, '-D', 'FORWARD', '-j', chainName], [program, '-I', 'FORWARD', String(at + 1), '-j', chainName]],
	})];
}

/** New connections to a container. A rule for replies harms nobody: who was refused has none; nor does what asks for what is not understood. */
function accepts(filter: IptablesTable, bridges: readonly string[], rule: IptablesRule, depth = 0): boolean {
	const concerns = rule.terms.every(({kind, value, negated}) => {
		if (kind === 'states') return negated || value.split(',').some(state => state === 'NEW' || state === 'DNAT');
		if (kind === 'out') return negated || bridges.some(link => isInterface(value, link));
		return kind !== 'other';
	});
	if (!concerns || depth > 32) return false;
	return rule.target === 'ACCEPT' || (filter.get(rule.target ?? '')?.rules.some(inner => accepts(filter, bridges, inner, depth + 1)) ?? false);
}

const ends = new Set(['RETURN', 'ACCEPT', 'DROP', 'REJECT']);

function unreachableFindings(set: RuleSet, filter: IptablesTable): readonly Finding[] {
	const program = programOf(set);
	const rules = filter.get(chainName)?.rules ?? [];
	const at = rules.findIndex(rule => isUnconditional(rule) && ends.has(rule.target ?? ''));
	const end = rules[at];
	const dead = at === -1 ? [] : rules.slice(at + 1);
	const [first] = dead;
	if (end === undefined || first === undefined) return [];
	const opens = end.target === 'RETURN' || end.target === 'ACCEPT';
	const rest = dead.some(rule => isUnconditional(rule) && ends.has(rule.target ?? ''));
	// With another end below it stands twice; else it goes to the end of the chain.
	const commands = [[program, '-D', chainName, String(at + 1)], ...(rest ? [] : [[program, '-A', chainName, ...end.words]])];
	const undo = [...(rest ? [] : [[program, '-D', chainName, String(rules.length)]]), [program, '-I', chainName, String(at + 1), ...end.words]];
	const removal = [...dead.keys()].map(() => [program, '-D', chainName, String(at + 2)]);
	return [finding({
		id: 'docker-user-unreachable', severity: opens && dead.some(refuses) ? 'high' : 'low',
		what: `${dead.length} ${dead.length === 1 ? 'rule' : 'rules'} of ${chainName} can never be reached: ${dead.length === 1 ? 'it stands' : 'they stand'} after \`-j ${end.target ?? ''}\`, which is for everything.`,
		proof: `${program}-save: \`-A ${chainName} ${end.text}\`, then \`-A ${chainName} ${first.text}\``,
		risk: opens ? 'What they were to refuse is let in.' : 'They only seem to open something, or are left over.',
		fix: (opens ? commands : removal).map(words => words.join(' ')).join('; '),
		commands: opens ? commands : removal,
		undo: opens ? undo : dead.map(({words}) => [program, '-A', chainName, ...words]),
	})];
}

/** Rules written with the other program: they are asked, but not where Docker's are. */
function splitFindings(set: RuleSet, sets: readonly RuleSet[]): readonly Finding[] {
	const docker = sets.find(other => other.family === set.family && other.backend !== set.backend && isDockers(other));
	if (docker === undefined || isDockers(set)) return [];
	const [own, others] = [programOf(set), programOf(docker)];
	return [finding({
		id: 'two-backends', severity: 'medium', what: `${chainName} is also in ${own}, and Docker's rules are in ${others}.`, proof: `${own}-save: \`:${chainName}\` and no DOCKER; ${others}-save: \`:DOCKER\``,
		risk: 'Rules that are written with one program are not seen by who looks with the other, and Docker does not ask that chain.',
		fix: `Write them with ${others}, and make it what \`${set.family === 4 ? 'iptables' : 'ip6tables'}\` means: update-alternatives --set ${set.family === 4 ? 'iptables' : 'ip6tables'} /usr/sbin/${others}`,
	})];
}
