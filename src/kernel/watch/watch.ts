/** Delivers what the kernel says unasked. */
import type {Kernel, Generation} from '../kernel.ts';
import type {Koffi} from '../ffi/koffi.ts';
import type {Libc} from '../ffi/libc.ts';
import type {RawLink} from '../network/parse-links.ts';
import type {Result} from '../../result.ts';
import type {Problem} from '../../problem.ts';

export interface WatchParts {
	readonly koffi: Koffi;
	readonly libc: Libc;
	readonly links: () => Result<readonly RawLink[], Problem>;
	readonly isOurs: (port: number) => boolean;
	readonly onCommit: (commit: Generation) => void;
}
export const openWatch = (_parts: WatchParts): Kernel['watch'] => async () => [];
