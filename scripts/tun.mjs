/** /dev/net/tun: what wireguard-go needs where the kernel has no WireGuard of its own. */
import {closeSync, chmodSync, existsSync, mkdirSync, openSync} from 'node:fs';
import {runQuietly} from './child.mjs';

const device = '/dev/net/tun';

/** A warning and no more: where the kernel has WireGuard nobody asks for it. */
export async function setUpTun(progress) {
	if (process.platform !== 'linux') return;
	if (!existsSync(device)) await make().catch(() => undefined);
	const problem = whyNot();
	if (problem !== null) progress.line(`${device}: ${problem}. Without it only a kernel with WireGuard can make tunnels: start the container with --device ${device}, or run \`modprobe tun\` on the host.`);
}

async function make() {
	mkdirSync('/dev/net', {recursive: true});
	await runQuietly(['mknod', device, 'c', '10', '200']);
	chmodSync(device, 0o666);
}

function whyNot() {
	if (!existsSync(device)) return 'it is missing and could not be made here';
	try {
		closeSync(openSync(device, 'r+'));
		return null;
	} catch (error) {
		return process.getuid?.() === 0 ? `it is there and cannot be opened (${error.code})` : null;
	}
}
