/** Takes down the labs a test run left behind, and no others: `node scripts/sweep.ts FOLDER`. */
import {readFileSync} from 'node:fs';
import {foldersFor, namespacesFor} from '../lab/description.ts';
import {readLabIds, takeDown} from '../lab/down.ts';
import {processesInside, readRecords} from '../lab/processes.ts';

/** Whatever a lab starts inherits the PATH of the test that raised it, and the run's own folder stands at its end. */
function belongsTo(folder: string, id: string): boolean {
	const processes = [...readRecords(foldersFor(id).processes), ...processesInside(Object.values(namespacesFor(id)))];
	return processes.some(({pid}) => readEnvironment(pid).some(entry => entry.startsWith('PATH=') && entry.split(':').includes(folder)));
}

function readEnvironment(pid: number): readonly string[] {
	try {
		return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
	} catch {
		return [];
	}
}

const [folder = ''] = process.argv.slice(2);
for (const id of readLabIds().filter(candidate => belongsTo(folder, candidate))) {
	await takeDown(id);
	process.stdout.write(`left behind and taken down: lab ${id}\n`);
}
