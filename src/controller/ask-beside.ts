/**
 * Questions through a tunnel that the routes do not lead to: by sockets that are bound to its interface and bear the mark of its
 * slot, for which alone it has a way and a permission.
 */
import {randomInt} from 'node:crypto';
import type {Duplex} from 'node:stream';
import type {Kernel} from '../kernel/kernel.ts';
import {isIpv4, type IpAddress} from '../net/address.ts';
import {parsePort, type Endpoint} from '../net/port.ts';
import type {TunnelUse} from '../policy/policy.ts';
import type {Slot} from '../policy/slots.ts';
import {questionFor} from './data-probe.ts';
import {dnsAddresses, dnsQuestion} from './dns-message.ts';
import type {ExitWay} from './exit-check.ts';

export interface BesideWay extends ExitWay {
	/** Sends something that wants an answer. Never rejects. */
	ask(): Promise<unknown>;
}

export interface BesideWayDeps {
	readonly kernel: Pick<Kernel, 'connect' | 'exchange'>;
	readonly slot: Slot;
	readonly use: TunnelUse;
	/** Ends every question. */
	readonly signal: AbortSignal;
	/** Has the policy let our connection to this one place pass; awaited before it is made. */
	readonly permit: (exit: Endpoint) => Promise<unknown>;
}

const answerWithinMs = 1000;
const resolveAttempts = 4;
const connectWithinMs = 5000;

export function wayBeside({kernel, slot, use, signal, permit}: BesideWayDeps): BesideWay {
	const question = questionFor(use);
	const dnsPort = parsePort(53);

	const addressesOf = async (name: string): Promise<readonly IpAddress[] | null> => {
		const id = randomInt(0x1_0000);
		const payload = dnsQuestion(name, id);
		if (question === null || dnsPort === null || payload === null) return null;
		const wish = {address: question.resolver, port: dnsPort, source: question.source, mark: slot.mark, device: slot.interface, payload};
		const answer = await kernel.exchange(wish, AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]));
		return answer === null ? null : dnsAddresses(answer, id);
	};

	return {
		ask: () => addressesOf('example.com'),
		async resolve(host) {
			for (let attempt = 0; attempt < resolveAttempts && !signal.aborted; attempt++) {
				const found = await addressesOf(host);
				if (found !== null) return found[0] ?? null;
			}
			return null;
		},
		async reach(address, number): Promise<Duplex | null> {
			const [port, source] = [parsePort(number), use.addresses.find(own => isIpv4(own) === isIpv4(address))];
			if (port === null || source === undefined) return null;
			await permit({address, port, transport: 'tcp'});
			const made = await kernel.connect({address, port, source, mark: slot.mark, device: slot.interface}, AbortSignal.any([signal, AbortSignal.timeout(connectWithinMs)]));
			return made.ok ? made.value : null;
		},
	};
}
