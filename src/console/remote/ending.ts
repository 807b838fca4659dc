/** What a program that carried the socket said when it ended, in words: which part of the way failed, and what to do. Pure. */
import {withoutControls} from '../../controls.ts';
import type {Problem} from '../../problem.ts';
import {engines, type Container, type Way} from './target.ts';

type Far = Extract<Way, {kind: 'far'}>;

export interface Ending {
	/** Null where a signal ended it, or it never began. */
	readonly code: number | null;
	/** As the system calls it, where the program could not be started. */
	readonly notStarted: string | null;
	/** The end of what it wrote on standard error. */
	readonly said: string;
}

const problem = (what: string, next: string, code: Problem['code'] = 'unreachable'): Problem => ({code, severity: 'error', what, stillBlocking: 'unknown', next});

export function endingProblem(way: Far, ending: Ending): Problem {
	const {host, container} = way;
	const program = host === null ? (container?.engine ?? 'vks') : 'ssh';
	if (ending.notStarted !== null) return problem(`${program} could not be started: ${ending.notStarted}.`, `Install ${program} where the console runs.`);
	return relayed(way, ending.said) ?? (host === null ? null : sshProblem(host, ending)) ?? containerProblem(way, ending) ?? vksProblem(way, ending) ?? otherwise(program, ending);
}

/** `vks connect-stdio --json` got as far as to say it itself. */
function relayed(way: Far, said: string): Problem | null {
	for (const line of said.split('\n').toReversed()) {
		const found = problemIn(line);
		if (found !== null) return {...found, what: `At ${placeOf(way)}: ${withoutControls(found.what)}`, next: withoutControls(found.next)};
	}
	return null;
}

function problemIn(line: string): Problem | null {
	try {
		const {problem: found} = JSON.parse(line) as {problem?: Partial<Record<keyof Problem, unknown>>};
		const {code, what, next} = found ?? {};
		// What another machine sends is text until it was looked at; of its codes only one means something here.
		return typeof what === 'string' && typeof next === 'string' ? problem(what.slice(0, 500), next.slice(0, 500), code === 'no-permission' ? 'no-permission' : 'no-daemon') : null;
	} catch {
		return null;
	}
}

type Rule = readonly [pattern: RegExp, what: string, next: string, code?: Problem['code']];

const ofSsh = (name: string, login: string): readonly Rule[] => [
	[/REMOTE HOST IDENTIFICATION HAS CHANGED|host key .* has changed/i, `The key of ${name} is not the one that was known.`, `Find out why before you connect: it may be another machine. Then \`ssh-keygen -R ${name}\` forgets the old key.`, 'login-refused'],
	[/Host key verification failed|No .* host key is known/i, `The key of ${name} is not known here, and nobody may be asked now.`, `Connect once by hand, \`ssh ${login}\`, and compare its key.`, 'login-refused'],
	[/Permission denied|Too many authentication failures|no more authentication methods/i, `${name} refused the login.`, `Log in without a question first: \`ssh-add\`, or a key for \`ssh ${login}\`.`, 'login-refused'],
	[/Could not resolve hostname/i, `There is no host ${name}.`, 'See how it is written, also in ~/.ssh/config.'],
	[/Connection refused|No route to host|Network is unreachable|Connection timed out|Operation timed out/i, `${name} does not answer.`, `See whether it is up: \`ssh ${login}\`.`],
	[/not responding|Connection (?:closed|reset)|Broken pipe|closed by remote host/i, `The connection to ${name} was lost.`, `If it does not come back, see whether it is up: \`ssh ${login}\`.`],
];

/** 255 is ssh's own code for its errors (ssh(1)); other codes are those of the command there. */
function sshProblem({user, name}: NonNullable<Far['host']>, {code, said}: Ending): Problem | null {
	return code === 255 ? firstOf(ofSsh(name, user === null ? name : `${user}@${name}`), said) : null;
}

function containerProblem({host, container}: Far, {said}: Ending): Problem | null {
	if (container === null) return null;
	const {engine, name} = container;
	const at = host === null ? 'here' : `on ${host.name}`;
	if (new RegExp(`\\b${engine}: (?:command )?not found`, 'i').test(said)) return noEngine({host}, container);
	return firstOf([
		[/no such container|no container with name/i, `There is no container ${name} ${at}.`, `\`${engine} ps -a\` ${at} lists what there is.`],
		[/is not running|container state improper|is paused/i, `The container ${name} ${at} does not run.`, `See why with \`${engine} logs ${name}\`, then \`${engine} start ${name}\`.`],
		[/permission denied.*(?:docker|podman|sock)|(?:docker|podman).*permission denied/is, `This user may not ask ${engine} ${at}.`, 'Connect as one who may: root, as a rule.'],
		[/cannot connect to the docker daemon|is the docker daemon running/i, `${engine} ${at} does not answer.`, `See \`systemctl status ${engine}\` ${at}.`],
	], said);
}

const noEngine = ({host}: Pick<Far, 'host'>, {engine, name}: Container): Problem =>
	problem(`There is no ${engine} ${host === null ? 'here' : `on ${host.name}`}.`, `Name the engine that is there: ${engines.filter(each => each !== engine).join(' or ')}:${name}.`);

function vksProblem(way: Far, {code, said}: Ending): Problem | null {
	const at = placeOf(way);
	const none = way.container === null
		? problem(`There is no vks at ${at}.`, 'Name the container that vks runs in, or install vks there.')
		: problem(`There is no vks in container ${at}.`, `Name the container that vks runs in: \`${way.container.engine} ps\` lists them, and their images.`);
	// Also what a container's engine says of a program that its image has not.
	if (/["'`]?\bvks\b["'`]?:?[^\n]*not found/i.test(said)) return none;
	// A shell may say so in its own language; its code is the same (sh(1)).
	if (code === 127) return way.container === null ? none : noEngine(way, way.container);
	return code === 2 && /unknown (?:command|option)/.test(said) ? problem(`The vks at ${at} is older than this console and cannot carry its socket.`, 'Use one release at both ends.') : null;
}

function otherwise(program: string, {code, said}: Ending): Problem {
	const [last = ''] = said.split('\n').map(line => line.trim()).filter(Boolean).toReversed();
	const how = code === null ? 'was ended' : code === 0 ? 'ended' : `ended with code ${code}`;
	return problem(`${program} ${how}${last === '' ? '' : `: ${withoutControls(last).slice(0, 300)}`}.`, 'Run the same by hand to see more; what it prints is not the daemon\'s.');
}

function firstOf(rules: readonly Rule[], said: string): Problem | null {
	const found = rules.find(([pattern]) => pattern.test(said));
	return found === undefined ? null : problem(found[1], found[2], found[3]);
}

function placeOf({host, container}: Far): string {
	return [container?.name, host?.name].filter(Boolean).join(' on ');
}
