/** The image as a container engine has it: how large it is, and what a container of it uses when it is connected. */
import {vpnArguments} from '../test/helpers/engine-acts.ts';
import {images, makeImages} from '../lab/engine/images.ts';
import {removeImages, startEngine, type Engine} from '../lab/engine/engine.ts';
import type {Lab} from '../lab/lab.ts';
import {waitUntil} from '../lab/processes.ts';
import {figure, finding, type Report} from './report.ts';
import {withLab} from './scene.ts';

const samples = 10;
const megabyte = 1_000_000;

export const image = (signal: AbortSignal): Promise<Report> =>
	withLab({signal}, async lab => {
		const engine = await startEngine(lab);
		try {
			await makeImages(engine);
			const [whole, base] = [await sizeOf(engine, images.vks), await sizeOf(engine, images.debian)];
			const memory = await memoryAtRest(lab, engine, signal);
			return {
				name: 'image',
				title: 'the image, over packages of this machine, and a container of it',
				figures: [figure('memory of the container, connected, at rest', memory, 'MB')],
				findings: [
					finding('the image, uncompressed', whole / megabyte, 'MB'),
					finding('of it Debian with nftables, iproute2, OpenVPN and WireGuard', base / megabyte, 'MB'),
				],
				notes: ['What the engine counts as the container\'s own, without its page cache (docker stats).'],
			};
		} finally {
			await engine.stop();
			removeImages();
		}
	});

async function sizeOf({docker}: Engine, name: string): Promise<number> {
	return Number((await docker(['image', 'inspect', '--format', '{{.Size}}', name])).stdout);
}

async function memoryAtRest(lab: Lab, {docker}: Engine, signal: AbortSignal): Promise<readonly number[]> {
	await docker(['run', '--detach', '--name', 'vpn', ...vpnArguments({lab, tunnels: lab.description.folders.servers}), images.vks]);
	const healthy = await waitUntil(async () => (await docker(['exec', 'vpn', 'vks', 'check'], {mustSucceed: false})).exitCode === 0);
	if (!healthy) throw new Error('the container did not connect');
	const used: number[] = [];
	while (used.length < samples) {
		signal.throwIfAborted();
		// It takes two readings a second apart itself.
		used.push(toMegabytes((await docker(['stats', '--no-stream', '--format', '{{.MemUsage}}', 'vpn'])).stdout));
	}
	return used;
}

export function toMegabytes(text: string): number {
	const [, number = '', unit = ''] = /^([\d.]+)([KMG]i)?B/.exec(text) ?? [];
	return (Number(number) * ({Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3}[unit] ?? 1)) / megabyte;
}
