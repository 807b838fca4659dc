/** Sorts the lines of an .ovpn file: what is passed on, keys and certificates, and what becomes a note or a problem. */
import {quotable} from '../conf-lines.ts';
import type {Report} from '../conf-report.ts';
import type {Beside} from './conf.ts';
import {findUse, nearestDirective, type WordsForm} from './directives.ts';
import type {Block, Directive, OvpnLine} from './lines.ts';
import {readMaterial} from './material.ts';

export interface Collected {
	readonly directives: readonly Directive[];
	readonly blocks: readonly Block[];
	/** In the order of the file, checked. */
	readonly passed: readonly Directive[];
	/** Keys and certificates by directive. */
	readonly material: ReadonlyMap<string, string>;
	readonly keyDirection: '0' | '1' | null;
}

const forms: Readonly<Record<WordsForm, {readonly right: RegExp; readonly form: string}>> = {
	none: {right: /^$/, form: 'it without a value'},
	names: {right: /^[A-Za-z0-9_.:+,@=/-]{1,250}$/, form: 'the value as openvpn(8) names it'},
	numbers: {right: /^\d{1,10}$/, form: 'a number'},
	text: {right: /^\P{C}{1,250}$/u, form: 'plain text'},
};

export function collectDirectives(lines: readonly OvpnLine[], beside: ReadonlyMap<string, Beside>, report: Report): Collected {
	const directives: Directive[] = [];
	const blocks: Block[] = [];
	const passed: Directive[] = [];
	const material = new Map<string, string>();
	const optional = optionalNames(lines);
	for (const line of lines.map(withoutSetenvOpt)) {
		if (line.kind === 'comment') continue;
		if (line.kind === 'unreadable') {
			report.add(line.line, `it cannot be read: ${line.why}`, line.next);
			continue;
		}
		const use = findUse(line.name);
		if (line.kind === 'block') blocks.push(line);
		else directives.push(line);
		if (use === null) reportUnknown(line, {optional, mayBeSecret: line.kind === 'directive' && mayBeSecret(line, directives)}, report);
		else if (use.kind === 'refused') report.add(line.line, `${line.name}: ${use.why}`, use.next);
		else if (use.kind === 'hook') report.note(`${line.name} on line ${line.line} was refused: vks never runs hooks`);
		else if (use.kind === 'ignored') report.note(`${line.name} on line ${line.line} was ignored: ${use.why}`);
		else if (use.kind === 'material') takeMaterial(line, {beside, material, report});
		else if (line.kind === 'block') {
			if (!['connection', 'auth-user-pass'].includes(line.name)) report.add(line.line, `<${line.name}> is no block`, 'Write it on one line');
		} else if (use.kind === 'pass') {
			const {right, form} = forms[use.form];
			if (line.words.length <= use.most && line.words.every(word => right.test(word)) && (use.most === 0 || line.words.length > 0 || use.form === 'names')) passed.push(line);
			else report.add(line.line, `${line.name} is not valid`, `Write ${form}`);
		} else if (line.name === 'dev' || line.name === 'dev-type') checkDevice(line, report);
		else if (line.name === 'setenv') report.note(`setenv on line ${line.line} was ignored: nobody reads it here`);
	}
	return {directives, blocks, passed, material, keyDirection: directionOf(directives)};
}

/** `setenv opt NAME …` is the directive NAME for those that know it (add_option in options.c). */
function withoutSetenvOpt(line: OvpnLine): OvpnLine {
	if (line.kind !== 'directive' || line.name !== 'setenv' || line.words[0] !== 'opt') return line;
	const [, name = '', ...words] = line.words;
	return findUse(name) === null ? {...line, words: []} : {...line, name, words};
}

const optionalNames = (lines: readonly OvpnLine[]): ReadonlySet<string> =>
	new Set(lines.flatMap(line => (line.kind === 'directive' && line.name === 'ignore-unknown-option' ? line.words : [])));

/** A user or a password that lost its tags stands alone on a line, or below the directive that asks for it. */
function mayBeSecret({words}: Directive, before: readonly Directive[]): boolean {
	return words.length === 0 || before.slice(-3, -1).some(({name, words: [named]}) => named === undefined && (name === 'auth-user-pass' || name === 'askpass'));
}

interface Unknown {
	readonly optional: ReadonlySet<string>;
	readonly mayBeSecret: boolean;
}

function reportUnknown({kind, line, name}: Directive | Block, {optional, mayBeSecret: secret}: Unknown, report: Report): void {
	const word = quotable(name);
	if (word !== null && optional.has(name)) return report.note(`${word} on line ${line} was ignored: the file says that it may be`);
	const nearest = word === null ? null : nearestDirective(name);
	const shown = word === null ? '' : secret ? ', not repeated here because it might be a password' : kind === 'block' ? ` <${word}>` : ` "${word}"`;
	report.add(line, `unknown directive${shown}`, nearest === null || secret ? 'Remove the line; vks takes the directives of OpenVPN 2.6' : `Did you mean ${nearest}?`);
}

interface Taking {
	readonly beside: ReadonlyMap<string, Beside>;
	readonly material: Map<string, string>;
	readonly report: Report;
}

function takeMaterial(line: Directive | Block, {beside, material, report}: Taking): void {
	const text = line.kind === 'block' ? line.text : textOf(line, beside, report);
	if (text === null) return;
	const read = readMaterial(line.name, text);
	if (!read.ok) return report.add(line.line, `${line.name} is not valid`, `Put ${read.error} there`);
	if (material.has(line.name) && line.name !== 'ca' && line.name !== 'peer-fingerprint') return report.add(line.line, `${line.name} again`, `Keep one ${line.name}`);
	material.set(line.name, `${material.get(line.name) ?? ''}${read.value}`);
}

function textOf({line, name, words}: Directive, beside: ReadonlyMap<string, Beside>, report: Report): string | null {
	const [named = ''] = words;
	// Written beside a block by older programs.
	if (named === '[inline]') return null;
	if (name === 'peer-fingerprint') return words.join('\n');
	return textBeside(line, name, named, beside, report);
}

/** The text of a file that a directive names, in the same folder. Its name is not repeated: it might be anything. */
export function textBeside(line: number, directive: string, named: string, beside: ReadonlyMap<string, Beside>, report: Report): string | null {
	const name = besideName(named);
	const found = name === null ? undefined : beside.get(name);
	if (name === null) report.add(line, `${directive} names no file in this folder`, 'Put the file beside this one and write its name alone, or put its text into a block');
	else if (found?.kind !== 'text') report.add(line, `${directive} names a file that ${found?.why ?? 'is not there'}`, 'Put it beside this one, readable for the user vks runs as, or put its text into a block');
	return found?.kind === 'text' ? found.text : null;
}

/** Null for what is no plain name: nothing outside the folder is ever read. */
function besideName(named: string): string | null {
	const name = named.replace(/^\.\//, '');
	return /^[^/\p{C}]{1,120}$/u.test(name) && name !== '.' && name !== '..' ? name : null;
}

/** The names of the files in the same folder that a file names, at most as many as directives can. */
export function filesBeside(lines: readonly OvpnLine[]): readonly string[] {
	const names = lines.flatMap(line => {
		if (line.kind !== 'directive' || line.words[0] === undefined || line.words[0] === '[inline]') return [];
		const takes = findUse(line.name)?.kind === 'material' ? line.name !== 'peer-fingerprint' : line.name === 'auth-user-pass' || line.name === 'askpass';
		return takes ? (besideName(line.words[0]) ?? []) : [];
	});
	return [...new Set(names)].slice(0, 12);
}

function checkDevice({line, name, words: [type = '']}: Directive, report: Report): void {
	if (!type.startsWith('tun')) report.add(line, `${name} is not tun`, 'vks takes tunnels for IP only: ask the provider for a file with `dev tun`');
}

/** Its own directive, or the second word of `tls-auth FILE 1`. */
function directionOf(directives: readonly Directive[]): '0' | '1' | null {
	const found = directives.findLast(({name}) => name === 'key-direction')?.words[0] ?? directives.findLast(({name}) => name === 'tls-auth')?.words[1];
	return found === '0' || found === '1' ? found : null;
}
