/** How much slower than an idle one this machine is at the moment: what is to be quick is held against what it can do. */
import {execa} from 'execa';
import {nodeExecutable} from '../../lab/program.ts';

/** `node -e 0` on two idle cores of the year 2026. */
const usualMs = 60;

/** 1 on an idle machine. Asked beside what is measured, since the noise comes and goes. */
export async function slowness(): Promise<number> {
	const times: number[] = [];
	for (let round = 0; round < 3; round++) {
		const startedMs = performance.now();
		await execa(nodeExecutable(), ['-e', '0']);
		times.push(performance.now() - startedMs);
	}
	return Math.max(1, Math.max(...times) / usualMs);
}
