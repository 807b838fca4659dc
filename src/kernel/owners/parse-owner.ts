/** PURE: what `/etc/passwd` and `/proc/PID` say of names. Files of others: any line may be anything. */

const longestName = 64;
// A process chooses its own name, and a terminal must not obey it.
const clean = (text: string): string => text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?').slice(0, longestName);

/** Names by uid (passwd(5)); of two names for one uid the first counts, as it does for getpwuid(3). */
export function parsePasswd(text: string): ReadonlyMap<number, string> {
	const names = new Map<number, string>();
	for (const line of text.split('\n')) {
		const [name = '', , digits = ''] = line.split(':');
		if (name === '' || /^[#+-]/.test(name) || !/^\d{1,10}$/.test(digits)) continue;
		const uid = Number(digits);
		if (uid <= 0xffff_ffff && !names.has(uid)) names.set(uid, clean(name));
	}
	return names;
}

/**
 * `/proc/PID/comm`, 15 bytes and a line end (TASK_COMM_LEN, linux/sched.h), and the file that runs where that says more: Node
 * calls itself MainThread, and a script bears its own name.
 */
export function processName(comm: string, executable: string): string | null {
	const name = clean(comm.replace(/\n$/, '')).trim();
	const file = clean(executable.replace(/ \(deleted\)$/, '').split('/').at(-1) ?? '').trim();
	if (name === '' || file === '') return name || file || null;
	return file.startsWith(name) ? file : `${name} (${file})`;
}

/** How engines name the control groups of their containers. An id is 64 digits; its first 12 are what engines show. */
const engines: ReadonlyArray<readonly [pattern: RegExp, engine: string]> = [
	[/^cri-containerd-([\da-f]{64})\.scope$/, 'containerd'],
	[/^crio-([\da-f]{64})\.scope$/, 'cri-o'],
	[/^libpod-([\da-f]{64})\.scope$/, 'podman'],
	[/^docker-([\da-f]{64})\.scope$/, 'docker'],
	[/^nerdctl-([\da-f]{64})\.scope$/, 'containerd'],
	[/^crio-([\da-f]{64})$/, 'cri-o'],
	[/^libpod-([\da-f]{64})$/, 'podman'],
	[/^lxc\.payload\.([\w.-]{1,64})$/, 'lxc'],
];
const bareId = /^([\da-f]{64})$/;
/** The folder a bare id stands in says whose it is. */
const folders: Readonly<Record<string, string>> = {docker: 'docker', lxc: 'lxc'};

/** `/proc/PID/cgroup`, one hierarchy a line: `ID:CONTROLLERS:PATH` (cgroups(7)). The innermost container counts. */
export function parseContainer(text: string): string | null {
	for (const line of text.split('\n')) {
		const path = /^\d+:[^:]*:(\/.*)$/.exec(line)?.[1];
		const found = path === undefined ? null : containerIn(path.split('/'));
		if (found !== null) return found;
	}
	return null;
}

function containerIn(parts: readonly string[]): string | null {
	for (let index = parts.length - 1; index > 0; index--) {
		const part = parts[index] ?? '';
		const folder = parts[index - 1] ?? '';
		for (const [pattern, engine] of engines) {
			const id = pattern.exec(part)?.[1];
			if (id !== undefined) return `${engine} ${engine === 'lxc' ? id : id.slice(0, 12)}`;
		}
		const id = bareId.exec(part)?.[1];
		if (id !== undefined) return `${folders[folder] ?? 'container'} ${id.slice(0, 12)}`;
		if (folder === 'lxc' && /^[\w.-]{1,64}$/.test(part)) return `lxc ${part}`;
	}
	return null;
}
