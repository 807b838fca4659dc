/** What the contract suite needs of a kernel under test: the kernel, and hands that act on it from outside. */
import type {Holder, Kernel, LocalFlow} from '../../src/kernel/kernel.ts';

export interface Bench {
	readonly kernel: Kernel;
	/** Whether tables can be owned here. */
	readonly owns: boolean;
	/** Another process runs an nft script; false when the kernel refuses it. */
	foreign(script: string): boolean;
	addLink(name: string): void;
	renameLink(from: string, to: string): void;
	removeLink(name: string): void;
	/** Another process binds an AF_XDP socket to the link's first queue; what is returned ends it. Null when the kernel refuses. */
	foreignXdp(name: string): (() => void) | null;
	/** Another process mirrors what leaves one link to another one by a tc filter; what is returned ends it. */
	mirror(from: string, to: string): () => void;
	/** Another process of another uid opens a UDP socket. */
	openSocket(): Promise<OpenSocket>;
	close(): void;
}

export interface OpenSocket {
	/** A packet that it could send. */
	readonly flow: LocalFlow;
	readonly holder: Pick<Holder, 'pid' | 'process'>;
	/** Resolves when it is closed. */
	close(): Promise<void>;
}
