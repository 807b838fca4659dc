/** nginx processes of a daemon that was killed: they would hold our ports. */
import {readdir, readFile, readlink} from 'node:fs/promises';
import type {DeviceDeps} from './devices-deps.ts';

/** Of one daemon at most; the uid is nobody else's. */
export async function endProxies(deps: Pick<DeviceDeps, 'kill' | 'wait'>, uid: number): Promise<void> {
	for (let tries = 0; tries < 100; tries++) {
		const left = await ofUser(uid);
		if (left.length === 0) return;
		for (const pid of left) deps.kill(pid);
		await deps.wait(10);
	}
}

/** The nginx processes of that user in this network namespace. */
async function ofUser(uid: number): Promise<readonly number[]> {
	const own = await readlink('/proc/self/ns/net').catch(() => '');
	const pids = (await readdir('/proc').catch(() => [])).filter(name => /^\d+$/.test(name));
	const found = await Promise.all(pids.map(async pid => {
		const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
		const ours = /^Name:\tnginx$/m.test(status) && !/^State:\tZ/m.test(status) && new RegExp(`^Uid:\\t${uid}\\t`, 'm').test(status);
		// In a container nobody may look at another user's without SYS_PTRACE, and nobody but us has that uid.
		return ours && (await readlink(`/proc/${pid}/ns/net`).catch(() => own)) === own ? [Number(pid)] : [];
	}));
	return found.flat();
}
