/** What a controller remembers that no policy depends on: ages of keys, results of servers, what was looked at. */
import type {Config} from '../config/config.ts';
import type {Problem} from '../problem.ts';
import type {ServerEntry} from '../tunnel/tunnel.ts';
import {createChecked, type Checked} from './checked.ts';
import type {ControllerDeps} from './controller-types.ts';
import {createKeyRing, type KeyRing} from './key-ring.ts';
import {serverRecords, type ServerRecords} from './server-records.ts';

interface RememberedDeps {
	readonly deps: Pick<ControllerDeps, 'clock' | 'keyRingFile' | 'serverRecordsFile' | 'checklistFile'> & {readonly config: Config};
	readonly servers: () => readonly ServerEntry[];
	readonly note: (slot: string, problem: Problem | null) => void;
}

export interface Remembered {
	readonly keys: KeyRing;
	readonly records: ServerRecords;
	readonly checked: Checked;
	/** Reads what an earlier daemon left. */
	recall(): void;
}

export function remembered({deps: {config, clock, keyRingFile, serverRecordsFile, checklistFile}, servers, note}: RememberedDeps): Remembered {
	const keys = createKeyRing({config, clock, file: keyRingFile, servers, note: problem => note('keys', problem)});
	const records = serverRecords({clock, file: serverRecordsFile, servers, note: problem => note('records', problem)});
	const checked = createChecked({clock, file: checklistFile, note: problem => note('checklist', problem)});
	return {
		keys, records, checked,
		recall() {
			records.recall();
			keys.recall();
			checked.recall();
		},
	};
}
