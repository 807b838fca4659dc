/** Notices that the folder of servers is another one than when it was read last, and has it read again. */

export interface FolderKeeperDeps {
	/** Another text whenever something in the folder is another. */
	readonly stamp: () => Promise<string>;
	readonly changed: () => Promise<void>;
}

export interface FolderKeeper {
	/** Once a second. Beside everything else: a folder on a network may hang for as long as it likes. */
	tick(): void;
}

export function folderKeeper({stamp, changed}: FolderKeeperDeps): FolderKeeper {
	let read: string | null = null;
	let seen: string | null = null;
	let looking = false;

	const look = async (): Promise<void> => {
		const now = await stamp();
		const before = seen;
		seen = now;
		// What is still being written is another one with each look, and half a file is no server.
		if (now === read || (now !== before && read !== null)) return;
		read = now;
		await changed();
	};

	return {
		tick() {
			if (looking) return;
			looking = true;
			void look().finally(() => {
				looking = false;
			});
		},
	};
}
