/** The sockets of leak tests on the real kernel. */
import type {Koffi} from '../ffi/koffi.ts';
import type {Libc} from '../ffi/libc.ts';
import type {Probes} from '../kernel.ts';
import {openProbeCalls, type ProbeCalls} from './calls.ts';
import {openEcho} from './echo.ts';
import {openFlow, setDown} from './flow.ts';
import {hardwareAddress, sendFrame, sendProbe} from './send.ts';
import {openTap} from './tap.ts';

export function openProbes(koffi: Koffi, libc: Libc): Probes {
	let opened: ProbeCalls | null = null;
	// What only a leak test needs costs the daemon's start nothing.
	const calls = (): ProbeCalls => (opened ??= openProbeCalls(koffi));
	return {
		openTap: options => openTap(libc, calls(), options),
		send: packet => sendProbe(libc, calls(), packet),
		sendFrame: (linkIndex, frame) => sendFrame(libc, calls(), linkIndex, frame),
		hardwareAddress: linkIndex => hardwareAddress(libc, calls(), linkIndex),
		openFlow: to => openFlow(libc, calls(), to),
		openEcho: options => openEcho(libc, calls(), options),
		setDown: name => setDown(libc, calls(), name),
	};
}
