/** Becomes an ordinary user once the program is loaded: the repository may not be readable to one. */
import {flushCompileCache} from 'node:module';

export function dropPrivileges(uid: number): void {
	if (uid === 0 || process.getuid?.() !== 0) return;
	// What was compiled is kept where only root may write: at the end of the program it would be too late.
	flushCompileCache();
	process.setgroups?.([]);
	process.setgid?.(uid);
	process.setuid?.(uid);
}
