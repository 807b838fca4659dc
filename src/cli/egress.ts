/** `vks egress compose`: an overlay for containers outside vks. Reads one file, asks nobody, and prints. */
import {dirname, join} from 'node:path';
import {readBase, type Base, type Refusal} from '../egress/compose/base.ts';
import {groupNames, overlayFile} from '../egress/compose/group.ts';
import {renderOverlay} from '../egress/compose/overlay.ts';
import {patternText} from '../egress/name.ts';
import type {Problem} from '../problem.ts';
import {fail, type Result} from '../result.ts';
import {fileTroubleInWords, readSmallFile, smallFileOrNull} from '../small-file.ts';
import {parseEgressWords, type EgressWords, type Told} from './egress-words.ts';
import {exitCodes, textOption, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor, wrongUsage} from './output.ts';

export async function run(args: Args, io: Io): Promise<ExitCode> {
	const [action = '', path = ''] = args.positionals;
	if (action !== 'compose') return wrongUsage(`egress cannot "${action}": write vks egress compose`, io, 'egress');
	const output = outputFor(args, io);
	const told = (name: keyof Told): string | null => textOption(args, name);
	const words = parseEgressWords({service: told('service'), beside: told('beside'), allow: told('allow'), resolver: told('resolver'), image: told('image'), name: told('name')});
	if (!words.ok) {
		for (const problem of words.error) output.problem(problem);
		return exitCodes.usage;
	}
	const base = open(path, words.value);
	if (!base.ok) {
		output.problem(problem('error', `No overlay was made: ${base.error.what}`, base.error.next));
		return exitCodes.failed;
	}
	const {services, beside, entries, resolvers, image, group} = words.value;
	const overlay = renderOverlay(base.value, {path, group, entries, resolvers, image});
	const {caveats} = base.value;
	if (output.wantsJson) output.json({version: 1, file: overlayFile(group), overlay, services, beside, allowed: entries.map(({pattern, ports}) => ({name: patternText(pattern), ports})), caveats});
	else io.stdout.write(overlay);
	for (const {kind, what, next} of caveats) output.problem(problem(kind === 'open' ? 'error' : 'warning', what, next));
	return caveats.some(({kind}) => kind === 'open') ? exitCodes.failed : exitCodes.fine;
}

function open(path: string, {services, beside, group}: EgressWords): Result<Base, Refusal> {
	try {
		return readBase({path, text: readSmallFile(path), dotenv: smallFileOrNull(join(dirname(path), '.env'))}, {governed: services, beside}, groupNames(group));
	} catch (error) {
		return fail({what: `${path} cannot be read: ${fileTroubleInWords(error)}.`, next: 'Name a compose file that can.'});
	}
}

const problem = (severity: Problem['severity'], what: string, next: string): Problem => ({code: 'configuration', severity, what, stillBlocking: 'unknown', next});
