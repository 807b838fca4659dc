/** Attaches the smallest XDP program (it lets everything pass) to a link, as a process with BPF and NET_ADMIN can (linux/bpf.h). */
import koffi from 'koffi';

const [BPF_PROG_LOAD, BPF_LINK_CREATE, BPF_PROG_TYPE_XDP, BPF_XDP, XDP_FLAGS_SKB_MODE] = [5, 28, 6, 37, 2];
const syscallNumber: Readonly<Record<string, number>> = {x64: 321, arm64: 280};

/** What is returned ends it; null where the kernel or the sandbox has no such programs. */
export function attachXdpProgram(linkIndex: number): (() => void) | null {
	const libc = koffi.load(null);
	const syscall: (number: number, command: number, attributes: Buffer, size: number) => number = libc.func('long syscall(long number, int command, void *attributes, unsigned int size)');
	const close: (fd: number) => number = libc.func('int close(int fd)');
	const number = syscallNumber[process.arch];
	if (number === undefined) return null;
	// r0 = XDP_PASS; exit.
	const instructions = Buffer.from('b7000000020000009500000000000000', 'hex');
	const license = Buffer.from('GPL\0');
	const load = Buffer.alloc(64);
	load.writeUInt32LE(BPF_PROG_TYPE_XDP, 0);
	load.writeUInt32LE(instructions.length / 8, 4);
	load.writeBigUInt64LE(koffi.address(instructions), 8);
	load.writeBigUInt64LE(koffi.address(license), 16);
	const program = syscall(number, BPF_PROG_LOAD, load, load.length);
	if (program < 0) return null;
	const create = Buffer.alloc(64);
	for (const [at, value] of [program, linkIndex, BPF_XDP, XDP_FLAGS_SKB_MODE].entries()) create.writeUInt32LE(value, at * 4);
	const link = syscall(number, BPF_LINK_CREATE, create, create.length);
	close(program);
	return link < 0 ? null : () => void close(link);
}
