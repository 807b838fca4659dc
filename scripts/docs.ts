/** `npm run docs`: writes anew what the documentation takes from the program, and the man pages. A test compares it with the files. */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {commands, commonExits} from '../src/cli/commands.ts';
import {usageOf} from '../src/cli/help.ts';
import {renderSettingsPage, renderSettingsTable} from '../src/config/settings-page.ts';
import {renderKeyTable} from '../src/console/keymap.ts';
import {optionRows} from '../src/console/settings/help.ts';
import {consolePage, vksPage} from './man-pages.ts';

const root = join(import.meta.dirname, '..');

export const readDocument = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Each file with what it should hold, given what it holds. */
export const documents: Readonly<Record<string, (text: string) => string>> = {
	'README.md': text => fillBlocks(text, {
		console: fenced(readDocument('docs/screens/120x40/02-connected.txt')),
		keys: renderKeyTable(),
		options: renderOptionTable(),
		commands: renderCommandTable(),
		exits: renderExitTable(),
		settings: renderSettingsTable(),
	}),
	'docs/settings.md': () => renderSettingsPage(),
	'docs/man/vks.1': () => vksPage(),
	'docs/man/vks-tui.1': () => consolePage(),
};

/** Replaces what stands between `<!-- name:begin -->` and `<!-- name:end -->`; a block without its markers is an error. */
export function fillBlocks(text: string, blocks: Readonly<Record<string, string>>): string {
	return Object.entries(blocks).reduce((before, [name, content]) => {
		const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
		const [from, to] = [before.indexOf(begin), before.indexOf(end)];
		if (from === -1 || to < from) throw new Error(`there is no block ${name}`);
		return `${before.slice(0, from + begin.length)}\n${content.trimEnd()}\n${before.slice(to)}`;
	}, text);
}

function renderCommandTable(): string {
	const rows = commands.map(command => `| ${code(usageOf(command))} | ${cell(command.summary)} |`);
	return ['| command | does |', '|---|---|', ...rows].join('\n');
}

function renderOptionTable(): string {
	return ['| option | does |', '|---|---|', ...optionRows.map(([typed, help]) => `| ${code(typed)} | ${cell(help)} |`)].join('\n');
}

/** The common meanings, then what single commands add to them. */
function renderExitTable(): string {
	const own = commands.flatMap(({name, exits = []}) => exits.map(([exitCode, meaning]) => `| ${exitCode} | ${code(`vks ${name}`)}: ${cell(meaning)} |`));
	return ['| code | means |', '|---|---|', ...commonExits.map(([exitCode, meaning]) => `| ${exitCode} | ${cell(meaning)} |`), ...own].join('\n');
}

const fenced = (text: string): string => `\`\`\`text\n${text.trimEnd()}\n\`\`\``;
/** A bar would end the table's cell. */
const cell = (text: string): string => text.replaceAll('|', '\\|');
const code = (text: string): string => `\`${cell(text)}\``;

if (import.meta.main) {
	for (const [path, render] of Object.entries(documents)) {
		const before = readDocument(path);
		const after = render(before);
		if (after !== before) writeFileSync(join(root, path), after);
		process.stdout.write(`${after === before ? 'unchanged' : 'written  '}  ${path}\n`);
	}
}
