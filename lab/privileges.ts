/** Becomes an ordinary user once the program is loaded: the repository may not be readable to one. */

export function dropPrivileges(uid: number): void {
	if (uid === 0 || process.getuid?.() !== 0) return;
	process.setgroups?.([]);
	process.setgid?.(uid);
	process.setuid?.(uid);
}
