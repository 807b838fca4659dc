/** What the contract suite needs of a kernel under test: the kernel, and hands that act on it from outside. */
import type {Holder, Kernel, LocalFlow} from '../../src/kernel/kernel.ts';
import type {IpAddress} from '../../src/net/address.ts';
import type {Port} from '../../src/net/port.ts';

export interface Bench {
	readonly kernel: Kernel;
	/** Whether tables can be owned here. */
	readonly owns: boolean;
	/** Another process runs an nft script; false when the kernel refuses it. */
	foreign(script: string): boolean;
	addLink(name: string): void;
	renameLink(from: string, to: string): void;
	removeLink(name: string): void;
	/** Nobody answered for this address on the link, or somebody did. */
	putNeighbour(address: string, link: string, answered: boolean): void;
	/** Another process binds an AF_XDP socket to the link's first queue; what is returned ends it. Null when the kernel refuses. */
	foreignXdp(name: string): (() => void) | null;
	/** Another process mirrors what leaves one link to another one by a tc filter; what is returned ends it. */
	mirror(from: string, to: string): () => void;
	/** Another process of another uid opens a UDP socket. */
	openSocket(): Promise<OpenSocket>;
	/** A host beyond the link, the only one there. Those of two links have one address, and differ in what they answer. */
	answering(link: string): Promise<AnsweringHost>;
	/** Something is sent from one address, and given another on its way out where the two differ; its connection is tracked. */
	track(connection: {readonly from: IpAddress; readonly seenAs: IpAddress}): Promise<void>;
	/** Leaves a tunnel as a daemon does that is killed. */
	leaveTunnel(name: string): Promise<void>;
	/** How to call a program that does this. `environment` prints its own, `words` prints what it is called with and ends with 3. */
	program(does: 'environment' | 'words' | 'user' | 'hang' | 'flood'): readonly [string, ...string[]];
	close(): void;
}

/** Over UDP and TCP it answers with the name of its link, a colon, a space and what it was sent. */
export interface AnsweringHost {
	readonly address: IpAddress;
	readonly port: Port;
	/** Our address in its network. */
	readonly source: IpAddress;
}

export interface OpenSocket {
	/** A packet that it could send. */
	readonly flow: LocalFlow;
	readonly holder: Pick<Holder, 'pid' | 'process'>;
	/** Resolves when it is closed. */
	close(): Promise<void>;
}
