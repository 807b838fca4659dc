import {fakeKernel, fakeSocket} from '../fakes/fake-kernel.ts';
import {nic} from '../helpers/situations.ts';
import {kernelContract} from './kernel-contract.ts';

for (const ownership of ['owned', 'unsupported'] as const) {
	kernelContract(`fake kernel, ownership ${ownership}`, async () => {
		const kernel = fakeKernel({ownership});
		return {
			kernel,
			owns: ownership === 'owned',
			foreign: kernel.foreign,
			addLink: name => kernel.putLink({name, up: true}),
			renameLink: kernel.renameLink,
			removeLink: kernel.dropLink,
			foreignXdp(name) {
				if (kernel.heldXdp().has(name)) return null;
				kernel.strangersXdp.add(name);
				return () => void kernel.strangersXdp.delete(name);
			},
			mirror(from) {
				const hook = {kind: 'filter', device: nic(from), at: 'egress', classifier: 'u32', actions: ['mirred'], diverts: true} as const;
				kernel.strangersHooks.add(hook);
				return () => void kernel.strangersHooks.delete(hook);
			},
			async openSocket() {
				const flow = {protocol: 'udp', source: '10.0.0.2', sourcePort: 40_000, destination: '192.0.2.1', destinationPort: 53, uid: 65_534} as const;
				const holder = {pid: 4243, process: 'app', container: null};
				kernel.sockets.set(fakeSocket(flow), holder);
				return {flow, holder, close: async () => void kernel.sockets.delete(fakeSocket(flow))};
			},
			close: kernel.close,
		};
	});
}
