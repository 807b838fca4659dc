/** Loads koffi (foreign function calls) on demand, so that importing `kernel/` loads no native code. */
import type koffi from 'koffi';

export type Koffi = typeof koffi;

export async function loadKoffi(): Promise<Koffi> {
	return (await import('koffi')).default;
}
