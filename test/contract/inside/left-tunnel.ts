/** A tunnel as a daemon that was killed leaves it: the link, and where the kernel has no WireGuard the process behind it. */
import {spawn} from 'node:child_process';
import {vi} from 'vitest';
import {isServed} from '../../../lab/wireguard-socket.ts';
import {ip} from './real-bench.ts';

export async function leftTunnel(name: string): Promise<() => void> {
	if (ip(`link add ${name} type wireguard`)) return () => void ip(`link del ${name}`);
	const child = spawn('wireguard-go', ['-f', name], {stdio: 'ignore', env: {...process.env, WG_PROCESS_FOREGROUND: '1'}});
	await vi.waitFor(async () => {
		if (!(await isServed(name))) throw new Error(`wireguard-go does not serve ${name}`);
	}, {timeout: 20_000, interval: 10});
	return () => void child.kill('SIGKILL');
}
