/** The real kernel in the throw-away namespace this process runs in. Refuses to run anywhere else. */
import {execFileSync} from 'node:child_process';
import {readlinkSync} from 'node:fs';
import {linuxDevices} from '../../../src/kernel/devices.ts';
import {openLinuxKernel} from '../../../src/kernel/linux.ts';
import {openXdpSender} from '../../helpers/xdp-frame.ts';
import type {Bench} from '../bench.ts';
import {valueOf} from '../expect-result.ts';
import {answeringHost} from './answering-host.ts';
import {leftTunnel} from './left-tunnel.ts';
import {holdSocket} from './socket-holder.ts';
import {trackDatagram} from './tracked.ts';

export const succeeds = (program: string, args: readonly string[], input = ''): boolean => {
	try {
		execFileSync(program, args, {input, stdio: ['pipe', 'ignore', 'ignore']});
		return true;
	} catch {
		return false;
	}
};

export const ip = (line: string): boolean => succeeds('ip', line.split(' '));
export const tc = (line: string): boolean => succeeds('tc', line.split(' '));
export const nft = (script: string): boolean => succeeds('nft', ['-f', '-'], script);

/** Everything below wipes tables and links. */
export function assertThrowAway(): void {
	if (readlinkSync('/proc/self/ns/net') === process.env['VKS_OUTER_NETNS']) throw new Error('not in a namespace of our own');
	if (process.env['VKS_OUTER_NETNS'] === undefined) throw new Error('run this through test/contract/real-kernel.test.ts');
}

export async function realBench(backend: 'libnftables' | 'nft'): Promise<Bench> {
	assertThrowAway();
	nft('flush ruleset\n');
	ip('link set lo up');
	const kernel = valueOf(await openLinuxKernel({backend, devices: linuxDevices()}));
	const added: string[] = [];
	const peers = new Map<string, string>();
	const addLink = (name: string): void => {
		const peer = `p${added.length}-${name}`;
		added.push(peer);
		peers.set(name, peer);
		ip(`link add ${name} type veth peer name ${peer}`);
		ip(`link set ${peer} up`);
		ip(`link set ${name} up`);
	};
	const endings: (() => void)[] = [];
	return {
		kernel,
		owns: backend === 'libnftables',
		foreign: nft,
		addLink,
		renameLink(from, to) {
			ip(`link set ${from} down`);
			ip(`link set ${from} name ${to}`);
			ip(`link set ${to} up`);
		},
		foreignXdp(name) {
			const index = valueOf(kernel.network.links()).find(link => link.name === name)?.index ?? 0;
			const sender = openXdpSender(index);
			if (sender.errno === 0) return sender.close;
			sender.close();
			return null;
		},
		mirror(from, to) {
			tc(`qdisc add dev ${from} clsact`);
			tc(`filter add dev ${from} egress protocol all u32 match u32 0 0 action mirred egress mirror dev ${to}`);
			return () => void tc(`qdisc del dev ${from} clsact`);
		},
		openSocket: holdSocket,
		async answering(link) {
			const host = await answeringHost(link, peers.get(link) ?? '');
			endings.push(host.close);
			return host;
		},
		async track(connection) {
			if (!peers.has('trk0')) addLink('trk0');
			endings.push(await trackDatagram('trk0', connection));
		},
		async leaveTunnel(name) {
			endings.push(await leftTunnel(name));
		},
		program(does) {
			const shell = (text: string): readonly [string, ...string[]] => ['/bin/sh', '-c', text, 'sh'];
			switch (does) {
				case 'environment':
					return ['env'];
				case 'words':
					return shell('printf "%s\\n" "$@"; exit 3');
				case 'user':
					return shell('echo "$(id -u) $(id -G)"');
				case 'hang':
					return shell('sleep 60 & echo $!; wait');
				case 'flood':
					return shell('head -c 100000 /dev/zero | tr "\\0" x; echo; echo end');
			}
		},
		putNeighbour: (address, link, answered) => void ip(`neigh replace ${address} dev ${link} lladdr 02:00:00:00:00:01 nud ${answered ? 'reachable' : 'failed'}`),
		removeLink: name => void ip(`link del ${name}`),
		close() {
			kernel.close();
			for (const end of endings) end();
			for (const peer of added) ip(`link del ${peer}`);
			for (const family of ['-4', '-6']) for (const table of ['51820']) ip(`${family} route flush table ${table}`);
			for (const family of ['-4', '-6']) for (const priority of [100, 102, 150, 200, 300]) ip(`${family} rule del pref ${priority}`);
		},
	};
}
