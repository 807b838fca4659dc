/** A forwarded port, and who is told of it, together as the controller wires them. */
import type {Config} from '../config/config.ts';
import type {Kernel} from '../kernel/kernel.ts';
import {portUse, type PortUsers} from '../policy/port-use.ts';
import type {Problem} from '../problem.ts';
import type {Clock} from './clock.ts';
import {createForwardedPort, type ForwardedPort, type ForwardedPortDeps} from './forwarded-port.ts';
import {ownExchange} from './own-way.ts';
import {portFile} from './port-file.ts';
import {createPortTeller} from './port-teller.ts';

export interface PortForwardingDeps extends Pick<ForwardedPortDeps, 'journal' | 'engine' | 'apply' | 'changed'> {
	readonly config: PortUsers & Pick<Config, 'portForward' | 'egress'>;
	readonly clock: Pick<Clock, 'now' | 'monotonic' | 'after'>;
	readonly kernel: Pick<Kernel, 'connect' | 'exchange' | 'runProgram'>;
	readonly note: (slot: string, problem: Problem | null) => void;
}

export interface PortForwarding extends Omit<ForwardedPort, 'stop'> {
	/** What an earlier daemon told is true no more. */
	start(): void;
	/** Waited for when everything else has come to its end: it takes a moment where the file's volume is stalled. */
	stop(): Promise<void>;
}

export function portForwarding({config, kernel, note, ...deps}: PortForwardingDeps): PortForwarding {
	const wish = config.portForward;
	// Whatever lies at that path is nobody's business while nothing is forwarded.
	const path = wish.by === 'off' ? null : wish.file;
	const teller = createPortTeller({...deps, note, hook: wish.hook, runProgram: kernel.runProgram, file: path === null ? null : portFile(path)});
	const forwarded = createForwardedPort({...deps, config: wish, useOf: port => portUse(config, port), exchange: ownExchange(kernel, config), tell: teller.tell, note: problem => note('port-forward', problem)});
	return {
		...forwarded,
		start: teller.silence,
		stop() {
			forwarded.stop();
			return teller.stop();
		},
	};
}
