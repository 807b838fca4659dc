/** The pids of the last few children, so that their commits are known as ours when the news of them arrives. */

const KEPT = 32;

export interface RecentPids {
	add(pid: number): void;
	has(pid: number): boolean;
}

export function recentPids(): RecentPids {
	const pids: number[] = [];
	return {
		add(pid) {
			pids.push(pid);
			if (pids.length > KEPT) pids.shift();
		},
		has: pid => pids.includes(pid),
	};
}
