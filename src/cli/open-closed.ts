/** Opens the kernel's door and closes the namespace behind it, before anything is read. */
import type {Config} from '../config/config.ts';
import {settings} from '../config/settings.ts';
import {closeFirst} from '../controller/close-first.ts';
import {linuxDevices} from '../kernel/devices.ts';
import type {Kernel} from '../kernel/kernel.ts';
import {openLinuxKernel, type LinuxKernelOptions} from '../kernel/linux.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';

export type Backend = LinuxKernelOptions['backend'];
export type Kept = () => Promise<boolean>;
/** What is done before anything is changed; where that fails, nothing is. */
export type Begin = (kernel: Kernel) => Promise<Result<void, Problem>>;

/** The door to the kernel, with the namespace closed behind it. */
export async function openClosed(backend: Backend, kept: Kept, begin: Begin | null = null, management: Config['management'] = null): Promise<Result<Kernel, Problem>> {
	const kernel = await openLinuxKernel({backend, devices: linuxDevices()});
	// What cannot be taken back is not done either.
	if (!kernel.ok) return fail(begin === null && (await closeAnotherWay(backend, kept)) ? withoutBackend(backend, kernel.error) : notClosed(kernel.error));
	const begun = begin === null ? ok(undefined) : await begin(kernel.value);
	if (!begun.ok) {
		kernel.value.close();
		return begun;
	}
	const closed = await closeFirst(kernel.value, {kept, management});
	if (closed.ok) return kernel;
	kernel.value.close();
	return fail(notClosed(closed.error));
}

/** The file may name another backend than the environment did; the namespace is closed by now either way. */
export async function wantedKernel(kernel: Kernel, backend: Backend, kept: Kept): Promise<Result<Kernel, Problem>> {
	if (backend === 'auto' || backend === kernel.firewall.backend) return ok(kernel);
	kernel.close();
	return openClosed(backend, kept);
}

/** The way into the kernel that the operator wants may be missing where the other is there: that one closes, and no more. */
async function closeAnotherWay(backend: Backend, kept: Kept): Promise<boolean> {
	if (backend === 'auto') return false;
	const kernel = await openLinuxKernel({backend: 'auto', devices: linuxDevices()});
	if (!kernel.ok) return false;
	const closed = await closeFirst(kernel.value, {kept});
	kernel.value.close();
	return closed.ok;
}

const withoutBackend = (backend: Backend, problem: Problem): Problem => ({
	...problem,
	what: `${settings.firewallBackend.name}=${backend}, but ${backend === 'nft' ? 'there is no program nft' : 'the library libnftables.so.1 was not found'}.`,
	stillBlocking: true,
	next: `Install nftables (\`apt-get install nftables\`, \`apk add nftables\`), or set ${settings.firewallBackend.name}=auto, and start vks again.`,
});

/** Said in so many words: who reads only that something failed would trust the kill switch all the same. */
const notClosed = (problem: Problem): Problem => ({
	...problem,
	what: `${problem.what} vks changed nothing here: what refused traffic before still does, and where nothing did, traffic is NOT blocked.`,
});
