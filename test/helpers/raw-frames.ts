/** Sends five frames through AF_PACKET, past the firewall's output hook, over each link whose index is an argument. Run inside a namespace. */
import {sendRawFrame} from '../contract/inside/raw-frame.ts';

if (import.meta.main) {
	for (const index of process.argv.slice(2)) {
		for (let sent = 0; sent < 5; sent += 1) sendRawFrame(Number(index));
	}
}
