/** Loads koffi (foreign function calls) on demand, so that importing `kernel/` loads no native code. */
import type koffi from 'koffi';

export type Koffi = typeof koffi;

/**
 * libnftables keeps buffers of 64 KiB and more on the stack (NFT_NLMSG_MAXSIZE, mnl.c) and koffi gives an asynchronous call
 * 128 KiB by default: too near. So calls are synchronous, and on a stack like a thread's.
 */
const stackBytes = 8 * 1024 * 1024;

export async function loadKoffi(): Promise<Koffi> {
	const {default: koffi} = await import('koffi');
	// koffi takes settings only before its first library is loaded, and the kernel may be opened more than once.
	if (koffi.config().sync_stack_size !== stackBytes) koffi.config({sync_stack_size: stackBytes});
	return koffi;
}
