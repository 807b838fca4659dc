/** Gives back to the system what was freed. */
import type {Koffi} from './koffi.ts';

/**
 * malloc_trim(3) of glibc, which otherwise keeps every hole below what is still in use: 0.8 ms, and 3 to 7 MB in the daemon. Does
 * nothing where the C library has none (musl gives back by itself).
 */
export function openTrim(koffi: Koffi): () => void {
	try {
		const trim: (pad: number) => number = koffi.load(null).func('int malloc_trim(size_t pad)');
		return () => void trim(0);
	} catch {
		return () => undefined;
	}
}
