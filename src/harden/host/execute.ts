/** Does one step and reads back what came of it; or takes one back, as far as what it did still stands. */
import {createHash} from 'node:crypto';
import {parseIptables} from '../../audit/rules/parse-iptables.ts';
import {listRules, listTable, restoreRules, runNft} from '../../kernel/packet-rules.ts';
import {assertNever, fail, ok, type Result} from '../../result.ts';
import {fileTroubleInWords, readSmallFile, writeInPlace} from '../../small-file.ts';
import {applicable, chainsOf, edited, restoreText, type Chains} from '../chains.ts';
import {isOwn} from '../own.ts';
import {withPieces} from '../pieces.ts';
import type {FileStep, PacketStep, Step, TableStep} from '../step.ts';
import {tableName, tableScript} from '../table.ts';

/** `exactly` what was shown, or `what fits` of it: a chain that somebody removed need not be removed. */
export type Manner = 'exactly' | 'what fits';

export function execute(step: Step, manner: Manner): Promise<Result<void, string>> | Result<void, string> {
	switch (step.kind) {
		case 'packets':
			return changePackets(step, manner);
		case 'table':
			return changeTable(step, manner);
		case 'file':
			return changeFile(step, manner);
		default:
			return assertNever(step);
	}
}

async function changePackets({family, backend, edits, leavesNone}: PacketStep, manner: Manner): Promise<Result<void, string>> {
	const what = `the rules of ${family === 4 ? 'iptables' : 'ip6tables'}-${backend}`;
	const before = await filterOf(family, backend);
	if (before === null) return fail(`${what} cannot be listed`);
	const todo = manner === 'exactly' ? edits : applicable(before, edits, isOwn);
	if (todo.length > 0) {
		const refused = await restoreRules(family, backend, restoreText(todo));
		if (refused !== null) return fail(refused);
		const after = await filterOf(family, backend);
		const wanted = edited(before, todo);
		const wrong = [...new Set(todo.map(({chain}) => chain))].find(chain => after?.get(chain)?.join('\n') !== wanted.get(chain)?.join('\n'));
		if (wrong !== undefined) return fail(`${what} were written, and chain ${wrong} does not read as it was to`);
	}
	if (!leavesNone || backend !== 'nft') return ok(undefined);
	// As nft lists it: iptables-save does not show a table that somebody else filled.
	const table = await listTable(family === 4 ? 'ip' : 'ip6', 'filter');
	if (table === undefined) return fail('nft does not list its tables');
	if (table === null || !table.split('\n').every(line => untouched.test(line))) return ok(undefined);
	const refused = await runNft(`delete table ${family === 4 ? 'ip' : 'ip6'} filter\n`);
	return refused === null ? ok(undefined) : fail(refused);
}

/** The lines of a table in which iptables-nft left its empty chains alone. */
const untouched = /^(?:table ip6? filter \{|\tchain (?:INPUT|FORWARD|OUTPUT) \{|\t\ttype filter hook (?:input|forward|output) priority filter; policy accept;|\t?\}|)$/;

async function filterOf(family: 4 | 6, backend: 'legacy' | 'nft'): Promise<Chains | null> {
	const text = await listRules(family, backend);
	return text === null ? null : chainsOf(parseIptables(text).get('filter'));
}

async function changeTable({is, becomes}: TableStep, manner: Manner): Promise<Result<void, string>> {
	const now = await listTable('inet', tableName);
	if (now === undefined) return fail('nft does not list its tables');
	if (now === becomes) return ok(undefined);
	if (manner === 'exactly' && now !== is) return fail(`table inet ${tableName} was changed by somebody else meanwhile`);
	const refused = await runNft(tableScript(becomes));
	if (refused !== null) return fail(refused);
	return (await listTable('inet', tableName)) === becomes ? ok(undefined) : fail(`table inet ${tableName} was written, and does not read as it was to`);
}

function changeFile({path, is, becomes, pieces}: FileStep, manner: Manner): Result<void, string> {
	try {
		const text = readSmallFile(path);
		if (digestOf(text) === becomes && manner === 'what fits') return ok(undefined);
		const next = digestOf(text) === is ? withPieces(text, pieces) : null;
		if (next === null || digestOf(next) !== becomes) return fail(`${path} was changed by somebody else meanwhile, and was left as it is`);
		writeInPlace(path, next);
		return digestOf(readSmallFile(path)) === becomes ? ok(undefined) : fail(`${path} was written, and does not read as it was to`);
	} catch (error) {
		return fail(`${path}: ${fileTroubleInWords(error)}`);
	}
}

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');
