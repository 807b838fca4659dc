/** The index of the pictures: one row a stop, with both sizes and its sentence. Pure. */
export interface Entry {
	readonly name: string;
	readonly says: string;
}

/** The file of a stop: the same name at both sizes. */
export const fileOf = (index: number, {name}: Entry): string => `${String(index + 1).padStart(2, '0')}-${name}.txt`;

export function indexPage(entries: readonly Entry[]): string {
	const cell = (text: string): string => text.replaceAll('|', '\\|');
	const rows = entries.map((entry, index) => {
		const file = fileOf(index, entry);
		return `| ${entry.name} | [120x40](120x40/${file}) [80x24](80x24/${file}) | ${cell(entry.says)} |`;
	});
	return [
		'# The console, screen by screen',
		'',
		'What a new user meets on a walk through the whole console: `npm run screens` raises the lab, starts a daemon in it,',
		'types the keys in tmux (in a pseudo-terminal where tmux is missing) and writes down what stood on the screen, at',
		'both sizes. Nothing here is drawn by hand; addresses are those of the lab, colours are left out.',
		'',
		'| stop | screen | what it shows |',
		'|---|---|---|',
		...rows,
		'',
	].join('\n');
}
