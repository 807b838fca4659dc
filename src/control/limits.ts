/** What one client of the control socket may cost the daemon. Arguments, so that tests need not send megabytes. */

export interface ControlLimits {
	/** Longest request line. */
	readonly lineBytes: number;
	/** Unreadable lines after which a client is sent away. */
	readonly badLines: number;
	/** Clients per socket: viewers cannot keep the operator out. */
	readonly clients: number;
	/** Commands of one client under way at once. A lockdown may use twice as many. */
	readonly commands: number;
	/** Requests of one client handled before the others get their turn. */
	readonly linesPerTurn: number;
	/** Unsent bytes above which a client's requests wait until it has read. */
	readonly pauseBytes: number;
	/** Unsent bytes above which a client gets the newest snapshot only. */
	readonly conflateBytes: number;
	/** Unsent bytes above which a client is cut off. */
	readonly cutOffBytes: number;
	/** How long a client that was sent away may take to read why. */
	readonly lingerMs: number;
}

const KiB = 1024;
const MiB = 1024 * KiB;

export const defaultLimits: ControlLimits = {
	lineBytes: 64 * KiB,
	badLines: 8,
	clients: 32,
	commands: 32,
	linesPerTurn: 32,
	pauseBytes: MiB,
	conflateBytes: 4 * MiB,
	cutOffBytes: 16 * MiB,
	lingerMs: 1000,
};
