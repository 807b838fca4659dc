/** What a doctor looks at, gathered once. Null is what could not be read. No secret is among it. */
import type {Refusal} from '../access.ts';
import type {Config} from '../config/config.ts';
import type {Snapshot} from '../control/schema.ts';
import type {Link} from '../kernel/kernel.ts';
import type {Problem} from '../problem.ts';
import type {Result} from '../result.ts';
import type {DockerFacts} from './docker-schema.ts';

/** What of the kernel was asked, read-only. */
export interface KernelFacts {
	readonly links: readonly Link[];
	/** Tables of vks that stand. */
	readonly tables: readonly ('vks' | 'vks_boot')[];
}

export interface Facts {
	readonly nowMs: number;
	/** When the program was written; the clock cannot rightly be before it. */
	readonly builtMs: number | null;
	/** `CapEff` of /proc/self/status. */
	readonly capabilities: bigint | null;
	readonly hostNetwork: boolean;
	readonly tun: 'ready' | 'missing' | 'refused';
	/** `uname -r`. */
	readonly release: string | null;
	readonly programs: Readonly<Record<'nft' | 'wg' | 'wireguard-go' | 'openvpn', boolean>>;
	readonly kernel: Result<KernelFacts, Problem>;
	/** Tables of the older iptables, by family: /proc/net/ip_tables_names. */
	readonly legacyTables: readonly string[];
	/** Values by key; null is a key that does not exist. */
	readonly sysctl: (key: string) => string | null;
	readonly sysctlsWritable: boolean;
	readonly config: Result<Config, readonly Problem[]>;
	/** What is wrong with secrets and the files that hold them. */
	readonly secretProblems: readonly Problem[];
	readonly servers: Result<readonly ServerFact[], Problem> | null;
	readonly resolvConf: {readonly path: string; readonly nameservers: readonly string[] | null; readonly writable: boolean; /** Why not, where owner and mode are to blame. */ readonly refused: Refusal | null; readonly keptFromBefore: boolean} | null;
	/** Null where it may be written to, or is not there yet. */
	readonly stateFolder: {readonly path: string; readonly refused: Refusal | null} | null;
	/** What of a container its state folder lies on, where it ends with it; null elsewhere. */
	readonly stateEnds: 'root' | 'tmpfs' | null;
	/** What the daemon says; a problem where none answers. */
	readonly daemon: Result<Snapshot, Problem>;
	/** Null where no socket of the container engine is mounted. */
	readonly docker: Result<DockerFacts, string> | null;
}

export interface ServerFact {
	readonly id: string;
	readonly kind: 'wireguard' | 'openvpn' | 'other';
	readonly problem: Problem | null;
}
