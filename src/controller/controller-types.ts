/** What the controller is given, and what it is to who starts it. */
import type {Config} from '../config/config.ts';
import type {Secrets} from '../config/secrets.ts';
import type {Snapshot} from '../control/schema.ts';
import type {Kernel} from '../kernel/kernel.ts';
import type {ResolvConf} from '../kernel/resolv-conf.ts';
import type {Problem} from '../problem.ts';
import type {Result} from '../result.ts';
import type {ProviderSource} from '../servers/provider-source.ts';
import type {ServerEntry} from '../tunnel/tunnel.ts';
import type {ChecklistFile} from './checklist-file.ts';
import type {Clock} from './clock.ts';
import type {ExceptionsFile} from './exceptions-file.ts';
import type {IntentFile} from './intent.ts';
import type {Journal} from './journal.ts';
import type {OpenPinhole} from './pinholes.ts';
import type {ControllerPort} from './port.ts';
import type {KeyRingFile} from './key-ring-file.ts';
import type {ServerRecordsFile} from './server-records-file.ts';
import type {Trial} from './trial.ts';

export interface ControllerDeps {
	readonly kernel: Kernel;
	readonly config: Config;
	readonly secrets: Secrets;
	readonly clock: Clock;
	readonly intent: IntentFile;
	readonly exceptionsFile: ExceptionsFile;
	readonly serverRecordsFile: ServerRecordsFile;
	readonly keyRingFile: KeyRingFile;
	readonly checklistFile: ChecklistFile;
	readonly resolv: ResolvConf;
	/** Reads the catalogue; a problem when the folder itself cannot be read. */
	readonly readServers: () => Promise<Result<readonly ServerEntry[], Problem>>;
	/** Another text whenever the folder of servers is another one; never rejects. */
	readonly stampServers: () => Promise<string>;
	/** Who is asked for servers besides; null where they are files alone. */
	readonly provider: ProviderSource | null;
	/** Given the listener that the controller wants to hear entries with. */
	readonly journal: (listener: (entry: ReturnType<Journal['recent']>[number]) => void) => Journal;
	/** Forgets moments from before that one, which are kept beside the controller. */
	readonly forgetMoments?: (beforeMs: number) => number;
	readonly daemon: Snapshot['daemon'];
	/** Absent where the start is no trial. */
	readonly trial?: Trial;
}

export interface Controller extends ControllerPort {
	/** Closed first, then everything else. Fails only where nothing could be enforced. */
	start(): Promise<Result<void, Problem>>;
	/**
	 * Opens one destination outside the tunnel for our own packets, those of this user with the tunnel's mark; answers with what
	 * closes it. Connecting closes it, a lockdown does, and the kernel does when its time is over.
	 */
	readonly openPinhole: OpenPinhole;
	/** For what stands beside it and has something to say: a problem that stands until it is null, and the journal. */
	readonly note: (slot: string, problem: Problem | null) => void;
	readonly write: Journal['write'];
	/** Leaves the policy in place, blocked; false where the kernel has not taken that one in time. */
	stop(): Promise<boolean>;
}
