/** What is wrong with one setting, for a person. Built in one place, so that no secret can slip into a message. */
import type {Problem, ProblemCode} from '../problem.ts';

/** What a parser found: the offending part of the text, and a predicate that follows it in a sentence. */
export interface Fault {
	readonly value: string | null;
	/** `is a name: vks opens addresses only` */
	readonly wrong: string;
	/** What would be right; the setting's own `form` when absent. */
	readonly right?: string;
	readonly code?: ProblemCode;
}

export interface SettingProblem {
	/** The name as the operator wrote it: `VKS_DNS`, or `dns` in the file. */
	readonly setting: string;
	/** `environment`, or file and line. */
	readonly where: string;
	/** The offending value, safe to print; null when the name alone is wrong. */
	readonly value: string | null;
	readonly wrong: string;
	readonly right: string;
	readonly code: ProblemCode;
}

const secretName = /TOKEN|KEY|PASSWORD|SECRET|OPENVPN_USER|GLUETUN_USER|NOTIFY_URL/i;
/** A WireGuard key is 32 bytes in base64, NordVPN's token as many in hexadecimal; one pasted into the wrong setting must not reach a log. */
const keyLike = /[A-Za-z0-9+/]{43}=|[0-9a-f]{64}/i;

export interface SettingProblemInput {
	readonly setting: string;
	readonly where: string;
	readonly fault: Fault;
	/** What would be right when the fault does not say it better. */
	readonly form: string;
}

export function settingProblem({setting, where, fault, form}: SettingProblemInput): SettingProblem {
	const value = fault.value !== null && secretName.test(setting) ? '[redacted]' : fault.value === null ? null : printable(fault.value);
	return {setting: printable(setting), where, value, wrong: fault.wrong, right: fault.right ?? form, code: fault.code ?? 'configuration'};
}

/** `VKS_DHCP: maybe is neither yes nor no` */
export function describeSettingProblem({setting, where, value, wrong}: SettingProblem): string {
	const place = where === 'environment' ? setting : `${setting} (${where})`;
	return value === null ? `${place} ${wrong}` : `${place}: ${value} ${wrong}`;
}

/** The shape every other problem has. Whether traffic is blocked is the caller's knowledge, not the parser's. */
export function problemFrom(problem: SettingProblem, stillBlocking: Problem['stillBlocking']): Problem {
	return {code: problem.code, severity: 'error', what: `${describeSettingProblem(problem)}.`, stillBlocking, next: problem.right};
}

/** Text fit for one line of a terminal: no control characters, no credentials, not long, quoted where its ends are unclear. */
export function printable(text: string): string {
	const safe = text
		.replace(/\/\/[^/]*@/g, '//[redacted]@')
		.replace(/(:\/\/[^?]*)\?.*/s, '$1?[redacted]')
		.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '?');
	if (keyLike.test(safe)) return '[redacted]';
	const short = safe.length > 80 ? `${safe.slice(0, 79)}…` : safe;
	return short === '' || /\s/.test(short) ? `"${short}"` : short;
}
