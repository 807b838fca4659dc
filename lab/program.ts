/** Where this repository and its Node are. */
import {existsSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const labFolder = dirname(fileURLToPath(import.meta.url));

export const repositoryFolder = dirname(labFolder);

/** The Node that came with the packages runs TypeScript; the one on PATH may be older. */
export function nodeExecutable(): string {
	const packaged = join(repositoryFolder, 'node_modules', '.bin', 'node');
	return existsSync(packaged) ? packaged : process.execPath;
}

export const nodeProgram = (file: string, ...rest: string[]): readonly string[] => [
	nodeExecutable(),
	'--disable-warning=ExperimentalWarning',
	join(labFolder, file),
	...rest,
];
