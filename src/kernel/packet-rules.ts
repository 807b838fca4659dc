/** The packet rules of this network namespace as their own programs list them and take them: to list loads no module. */
import {existsSync, readFileSync} from 'node:fs';
import {runCommand, type Run} from './devices-run.ts';

export interface ListedRules {
	readonly family: 4 | 6;
	readonly backend: 'legacy' | 'nft';
	readonly text: string;
}

export interface PacketRules {
	readonly listed: readonly ListedRules[];
	/** `nft -j list ruleset`; null where it does not say. */
	readonly nft: string | null;
	/** What could not be listed, and why. */
	readonly missed: readonly string[];
}

/** `runCommand` keeps so much of an output; what is longer is cut, and half a ruleset says nothing. */
const mostCharacters = 1024 * 1024;

export async function readPacketRules(run: Run = runCommand): Promise<PacketRules> {
	const missed: string[] = [];
	const list = async (program: string, ...args: readonly string[]): Promise<string | null> => {
		const {code, output, missing} = await run([program, ...args]);
		const whole = code === 0 && output.length < mostCharacters;
		if (!whole) missed.push(missing ? `${program} is not installed` : code === 0 ? `${program} lists more than an audit reads` : `${program} failed`);
		return whole ? output : null;
	};
	const listed: ListedRules[] = [];
	for (const [family, prefix] of [[4, 'ip'], [6, 'ip6']] as const) {
		// Without tables there is nothing to list, and to ask would load the module.
		if (hasLegacyTables(prefix)) listed.push(...listedAs(family, 'legacy', await list(`${prefix}tables-legacy-save`)));
		listed.push(...listedAs(family, 'nft', await list(`${prefix}tables-nft-save`)));
	}
	return {listed, nft: await list('nft', '-j', 'list', 'ruleset'), missed};
}

const listedAs = (family: 4 | 6, backend: 'legacy' | 'nft', text: string | null): readonly ListedRules[] => (text === null ? [] : [{family, backend, text}]);

function hasLegacyTables(prefix: 'ip' | 'ip6'): boolean {
	const path = `/proc/net/${prefix}_tables_names`;
	try {
		return existsSync(path) && readFileSync(path, 'utf8').trim() !== '';
	} catch {
		return false;
	}
}

/** One family by one of its programs; empty where that one has no table. Null where it does not say. */
export async function listRules(family: 4 | 6, backend: 'legacy' | 'nft', run: Run = runCommand): Promise<string | null> {
	const prefix = family === 4 ? 'ip' : 'ip6';
	if (backend === 'legacy' && !hasLegacyTables(prefix)) return '';
	const {code, output} = await run([`${prefix}tables-${backend}-save`]);
	return code === 0 && output.length < mostCharacters ? output : null;
}

/** All of it, or nothing; what stands beside it stays. Null when it is in force, else the program's own words. */
export async function restoreRules(family: 4 | 6, backend: 'legacy' | 'nft', text: string, run: Run = runCommand): Promise<string | null> {
	const program = `${family === 4 ? 'iptables' : 'ip6tables'}-${backend}-restore`;
	// Others hold the lock of iptables for as long as they write.
	return refusalOf(program, await run([program, '--noflush', '--wait', '4'], {text, as: 'pipe'}));
}

/** A script of nft, as one transaction. */
export const runNft = async (text: string, run: Run = runCommand): Promise<string | null> => refusalOf('nft', await run(['nft', '-f', '/dev/stdin'], {text, as: 'file'}));

/** Null when it did what it was told. */
function refusalOf(program: string, {code, error, missing}: Awaited<ReturnType<Run>>): string | null {
	if (code === 0) return null;
	return missing ? `${program} is not installed` : `${program}: ${error.trim().replaceAll(/\s*\n\s*/g, '; ') || 'it failed'}`;
}

/** As it is listed, without counts; null where there is none. Undefined where nft does not say. */
export async function listTable(family: string, name: string, run: Run = runCommand): Promise<string | null | undefined> {
	const {code, output, error} = await run(['nft', '-s', 'list', 'table', family, name]);
	return code === 0 ? output : error.includes('No such file or directory') ? null : undefined;
}
