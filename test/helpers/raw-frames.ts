/**
 * Sends frames past the firewall's output hook over each link whose index is an argument: through AF_PACKET, with and without
 * the queueing discipline, and through AF_XDP where the queue can be had. Run inside a namespace.
 */
import {sendRawFrame} from '../contract/inside/raw-frame.ts';
import {openXdpSender} from './xdp-frame.ts';

if (import.meta.main) {
	for (const index of process.argv.slice(2)) {
		for (let sent = 0; sent < 5; sent += 1) sendRawFrame(Number(index));
		sendRawFrame(Number(index), {bypass: true});
		const sender = openXdpSender(Number(index));
		if (sender.errno === 0) sender.send();
		sender.close();
	}
}
