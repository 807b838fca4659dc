/** Sorts the lines of a server file: settings in use are kept by key, everything else becomes a note or a problem. */
import type {Cidr} from '../net/cidr.ts';
import {findKey, nearestKey, type KnownKey, type Section} from './conf-keys.ts';
import {quotable, type ConfLine} from './conf-lines.ts';
import type {Report} from './conf-report.ts';
import {readRanges, routedByDefault} from './conf-values.ts';

export interface Setting {
	readonly line: number;
	readonly value: string;
}

export interface Settings {
	/** By the key's canonical name, in the order of the file. */
	readonly byKey: ReadonlyMap<string, readonly Setting[]>;
	/** A section that is missing is one problem: its keys are then not missed one by one. */
	readonly sections: ReadonlySet<Section>;
}

type SettingLine = Extract<ConfLine, {kind: 'setting'}>;

export function collectSettings(lines: readonly ConfLine[], report: Report): Settings {
	const settings = new Map<string, Setting[]>();
	const amnezia: {name: string; line: number}[] = [];
	const sections: Record<Section, number[]> = {Interface: [], Peer: []};
	let section: Section | 'unknown' | null = null;
	for (const line of lines) {
		if (line.kind === 'unreadable') report.add(line.line, 'the line is not `Key = value`', 'Write it as `Key = value`, or put # before it');
		if (line.kind === 'section') {
			section = sectionFor(line.name);
			if (section === 'unknown') report.add(line.line, `unknown section${quoted(line.name)}`, 'A file has one [Interface] and one [Peer]');
			else sections[section].push(line.line);
		}
		if (line.kind !== 'setting' || section === 'unknown') continue;
		const key = findKey(line.name);
		if (key === null) reportUnknown(line, report);
		else if (key.use === 'amnezia') amnezia.push({name: key.name, line: line.line});
		else if (key.use === 'hook') report.note(`${key.name} on line ${line.line} was refused: vks never runs hooks`);
		else if (key.use === 'ignored') report.note(`${key.name} on line ${line.line} was ignored: ${key.why ?? 'vks does not use it'}`);
		else if (section !== key.section) report.add(line.line, `${key.name} stands ${section === null ? 'before any section' : `in [${section}]`}`, `Move it below [${key.section}]`);
		// Of several peers only the first is read: the rest is refused as a whole below.
		else if (section !== 'Peer' || sections.Peer.length < 2) settings.set(key.name, [...(settings.get(key.name) ?? []), {line: line.line, value: line.value}]);
	}
	reportAmnezia(amnezia, report);
	reportSections(sections, carriers(lines), report);
	reportRepeated(settings, report);
	return {byKey: settings, sections: new Set((['Interface', 'Peer'] as const).filter(name => sections[name].length > 0))};
}

function sectionFor(name: string): Section | 'unknown' {
	const lower = name.toLowerCase();
	return lower === 'interface' ? 'Interface' : lower === 'peer' ? 'Peer' : 'unknown';
}

function quoted(word: string): string {
	const text = quotable(word);
	return text === null ? '' : ` "${text}"`;
}

function reportUnknown({line, name}: SettingLine, report: Report): void {
	const nearest = quotable(name) === null ? null : nearestKey(name);
	report.add(line, `unknown key${quoted(name)}`, nearest === null ? 'Remove the line; vks takes the keys of wg-quick' : `Did you mean ${nearest}?`);
}

function reportAmnezia(found: readonly {readonly name: string; readonly line: number}[], report: Report): void {
	const first = found[0];
	if (first === undefined) return;
	const names = found.map(({name, line}) => `${name} (line ${line})`).join(', ');
	report.add(first.line, `${names}: these are AmneziaWG settings, another protocol than WireGuard`, 'Ask the provider for a plain WireGuard file; vks does not speak AmneziaWG');
}

/** The lines of the [Peer] sections whose AllowedIPs hold a default route. */
function carriers(lines: readonly ConfLine[]): readonly number[] {
	let peer: number | null = null;
	const ranges = new Map<number, readonly Cidr[]>();
	for (const line of lines) {
		if (line.kind === 'section') peer = sectionFor(line.name) === 'Peer' ? line.line : null;
		const read = peer !== null && line.kind === 'setting' && findKey(line.name)?.name === 'AllowedIPs' ? readRanges(line.value) : null;
		if (peer !== null && read?.ok === true) ranges.set(peer, [...(ranges.get(peer) ?? []), ...read.value]);
	}
	return [...ranges].flatMap(([line, all]) => (routedByDefault(all).length > 0 ? [line] : []));
}

function reportSections({Interface: interfaces, Peer: peers}: Readonly<Record<Section, readonly number[]>>, carrying: readonly number[], report: Report): void {
	if (interfaces.length === 0) report.add(null, 'there is no [Interface] section', 'Add [Interface] with PrivateKey and Address');
	if (interfaces.length > 1) report.add(interfaces[1] ?? null, `[Interface] again, first on line ${interfaces[0] ?? 1}`, 'Keep one [Interface]');
	if (peers.length === 0) report.add(null, 'there is no [Peer] section', 'Add [Peer] with PublicKey, Endpoint and AllowedIPs');
	if (peers.length > 1) {
		// Not taken without the others: what was meant for them would go to the one that is left.
		const kept = carrying.length === 1 ? `the [Peer] of line ${carrying[0] ?? 1}, which carries the default route` : 'one [Peer] per file';
		report.add(
			peers[1] ?? null,
			`${peers.length} [Peer] sections (lines ${peers.join(', ')}); only one peer can carry the default route, and vks opens the firewall for one endpoint`,
			`Keep ${kept}, and put each other peer into a file of its own`,
		);
	}
}

function reportRepeated(settings: Settings['byKey'], report: Report): void {
	for (const [name, found] of settings) {
		const key: KnownKey | null = findKey(name);
		if (key?.use !== 'once' || found.length < 2) continue;
		report.add(found[1]?.line ?? null, `${name} again, first on line ${found[0]?.line ?? 1}`, `Keep one ${name}`);
	}
}
