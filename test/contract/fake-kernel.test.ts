import type {Port} from '../../src/net/port.ts';
import {mostProgramOutput} from '../../src/kernel/program/program.ts';
import {fakeKernel, fakeSocket} from '../fakes/fake-kernel.ts';
import {ip, nic} from '../helpers/situations.ts';
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
			putNeighbour(address, link, answered) {
				const others = (kernel.state.deadNeighbours ?? []).filter(dead => dead !== `${address} ${link}`);
				kernel.state.deadNeighbours = answered ? others : [...others, `${address} ${link}`];
			},
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
				const holder = {pid: 4243, process: 'app', container: null, uid: flow.uid};
				kernel.sockets.set(fakeSocket(flow), holder);
				return {flow, holder, close: async () => void kernel.sockets.delete(fakeSocket(flow))};
			},
			async answering(link) {
				const host = {address: ip('10.9.0.2'), port: 7007 as Port, source: ip('10.9.0.1')};
				const said = (bytes: Uint8Array): Buffer => Buffer.concat([Buffer.from(`${link}: `), bytes]);
				kernel.hosts.add({...host, link, answer: said, accept: connection => void connection.on('data', (bytes: Buffer) => connection.write(said(bytes)))});
				return host;
			},
			async track(connection) {
				kernel.state.connections = [...kernel.state.connections, connection];
			},
			async leaveTunnel(name) {
				kernel.putLink({name, kind: 'tun', up: true});
			},
			program(does) {
				kernel.programs.installed.set(does, wish => {
					switch (does) {
						case 'environment':
							return {kind: 'exited', code: 0, output: Object.entries(wish.environment).map(([name, value]) => `${name}=${value}\n`).join('')};
						case 'words':
							return {kind: 'exited', code: 3, output: wish.argv.slice(1).map(word => `${word}\n`).join('')};
						case 'user':
							return {kind: 'exited', code: 0, output: `${wish.user?.uid ?? 0} ${wish.user?.gid ?? 0}\n`};
						case 'hang':
							return 'hang';
						case 'flood':
							return {kind: 'exited', code: 0, output: `${'x'.repeat(mostProgramOutput - 5)}\nend\n`};
					}
				});
				return [does];
			},
			close: kernel.close,
		};
	});
}
