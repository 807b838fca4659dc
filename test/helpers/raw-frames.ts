/**
 * Sends frames past the firewall's output hook over each link whose index is an argument: through AF_PACKET, with and without
 * the queueing discipline, and through AF_XDP where the queue can be had. With `--keep` it goes on until it is killed, and
 * leaves AF_XDP alone. Run inside a namespace.
 */
import {sendRawFrame} from '../contract/inside/raw-frame.ts';
import {openXdpSender} from './xdp-frame.ts';

if (import.meta.main) {
	const [first, ...rest] = process.argv.slice(2);
	if (first === '--keep') keepSending(rest.map(Number));
	else for (const index of process.argv.slice(2).map(Number)) sendOnce(index);
}

function sendOnce(index: number): void {
	for (let sent = 0; sent < 5; sent += 1) sendRawFrame(index);
	sendRawFrame(index, {bypass: true});
	const sender = openXdpSender(index);
	if (sender.errno === 0) sender.send();
	sender.close();
}

function keepSending(indices: readonly number[]): void {
	setInterval(() => indices.forEach(index => [true, false].forEach(bypass => sendRawFrame(index, {bypass}))), 5);
	process.stdout.write('sending\n');
}
