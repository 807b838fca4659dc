/** libnftables in this process (nftables/libnftables.h): one context, its netlink socket, one script at a time. */
import {readdirSync} from 'node:fs';
import type {Koffi} from '../ffi/koffi.ts';
import {AF_NETLINK, SO_DOMAIN, SO_PROTOCOL, type Libc} from '../ffi/libc.ts';
import {openTrim} from '../ffi/malloc.ts';
import {NETLINK_NETFILTER} from '../netlink/socket.ts';

const NFT_CTX_DEFAULT = 0;
const NFT_CTX_OUTPUT_JSON = 16;
/** Each builds the whole table in memory and frees it; at two a second this is about half a minute. */
const listingsPerTrim = 60;

export interface Libnftables {
	/** The context's own netlink socket; null when it could not be told from others. */
	readonly fd: number | null;
	/** Runs at once, on this thread: about 1 ms. */
	run(script: string, output: 'text' | 'json'): {readonly failed: boolean; readonly output: string; readonly error: string};
	close(): void;
}

/** Null when the library is not installed. */
export function openLibnftables(koffi: Koffi, libc: Libc): Libnftables | null {
	const lib = load(koffi);
	if (lib === null) return null;
	const create: (flags: number) => unknown = lib.func('void *nft_ctx_new(uint32_t flags)');
	const free: (context: unknown) => void = lib.func('void nft_ctx_free(void *context)');
	const bufferOutput: (context: unknown) => number = lib.func('int nft_ctx_buffer_output(void *context)');
	const bufferError: (context: unknown) => number = lib.func('int nft_ctx_buffer_error(void *context)');
	const readOutput: (context: unknown) => string | null = lib.func('const char *nft_ctx_get_output_buffer(void *context)');
	const readError: (context: unknown) => string | null = lib.func('const char *nft_ctx_get_error_buffer(void *context)');
	const setFlags: (context: unknown, flags: number) => void = lib.func('void nft_ctx_output_set_flags(void *context, unsigned int flags)');
	const runBuffer: (context: unknown, script: string) => number = lib.func('int nft_run_cmd_from_buffer(void *context, const char *script)');

	const before = new Set(netfilterSockets(libc));
	const context = create(NFT_CTX_DEFAULT);
	if (context === null) return null;
	bufferOutput(context);
	bufferError(context);
	const [fd = null] = netfilterSockets(libc).filter(candidate => !before.has(candidate));
	if (fd !== null) {
		// Without it a child would inherit the socket and, with it, the ownership of our tables.
		libc.closeOnExec(fd);
		// Before any other socket of this process takes our pid as its port id: the owner of a table is then named by pid.
		libc.bindNetlink(fd);
	}

	const trim = openTrim(koffi);
	let listings = 0;

	return {
		fd,
		run(script, output) {
			setFlags(context, output === 'json' ? NFT_CTX_OUTPUT_JSON : 0);
			const status = runBuffer(context, script);
			// Both buffers are read after every run: they grow until they are.
			const ran = {failed: status !== 0, output: readOutput(context) ?? '', error: readError(context) ?? ''};
			// Never after a transaction: a lockdown does not wait for it.
			if (output === 'json' && ++listings % listingsPerTrim === 0) trim();
			return ran;
		},
		close: () => free(context),
	};
}

function load(koffi: Koffi): ReturnType<Koffi['load']> | null {
	try {
		return koffi.load('libnftables.so.1');
	} catch {
		return null;
	}
}

function netfilterSockets(libc: Libc): readonly number[] {
	return readdirSync('/proc/self/fd')
		.map(Number)
		.filter(fd => libc.intOption(fd, SO_DOMAIN) === AF_NETLINK && libc.intOption(fd, SO_PROTOCOL) === NETLINK_NETFILTER);
}
