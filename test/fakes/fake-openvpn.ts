/** OpenVPN in memory: held until it is released, asks for what its configuration asks for, and connects in the words of 2.6.14. */
import type {OpenvpnProcess, OpenvpnStart} from '../../src/kernel/kernel.ts';
import type {InterfaceName} from '../../src/net/interface-name.ts';
import {ok} from '../../src/result.ts';

export interface FakeOpenvpn {
	readonly name: InterfaceName;
	readonly start: OpenvpnStart;
	/** Lines it was told. */
	readonly told: readonly string[];
	/** Says a line, as if by itself. */
	speak(line: string): void;
	/** Bytes inside the tunnel. */
	carried: {readonly rxBytes: number; readonly txBytes: number} | null;
	/** Its process ends unasked. */
	crash(): void;
	readonly removed: boolean;
}

export interface FakeOpenvpnParts {
	readonly name: InterfaceName;
	readonly start: OpenvpnStart;
	/** What a server answers to a dial; connected by default. */
	readonly onDial?: () => readonly string[];
	readonly putLink: (up: boolean, addresses: Parameters<OpenvpnProcess['bringUp']>[0], mtu: number) => void;
	readonly dropLink: () => void;
}

export const connectedLines = ['>STATE:1,WAIT,,,,,,', '>STATE:1,AUTH,,,,,,', '>UPDOWN:UP', '>UPDOWN:ENV,tun_mtu=1500', '>UPDOWN:ENV,ifconfig_local=10.9.0.2', '>UPDOWN:ENV,foreign_option_1=dhcp-option DNS 10.9.0.1', '>UPDOWN:ENV,END', '>STATE:1,CONNECTED,SUCCESS,10.9.0.2,192.0.2.10,1194,,'];

export function fakeOpenvpn({name, start, onDial = () => connectedLines, putLink, dropLink}: FakeOpenvpnParts): {readonly fake: FakeOpenvpn; readonly process: OpenvpnProcess} {
	const told: string[] = [];
	const waiting: string[] = [];
	const exits: (() => void)[] = [];
	let hear: ((line: string) => void) | null = null;
	let state: 'running' | 'crashed' | 'removed' = 'running';
	const speak = (line: string): void => {
		if (state !== 'running') return;
		if (hear === null) waiting.push(line);
		else hear(line);
	};
	const [, host = '', port = '', proto = ''] = /^remote (\S+) (\S+) (\S+)$/m.exec(start.config) ?? [];
	const asks = [...(/^auth-user-pass$/m.test(start.config) ? ["Need 'Auth' username/password"] : []), ...(start.config.includes('ENCRYPTED') ? ["Need 'Private Key' password"] : [])];
	const askNext = (): void => {
		const next = asks.shift();
		speak(next === undefined ? `>REMOTE:${host},${port},${proto}` : `>PASSWORD:${next}`);
	};
	const obey = (line: string): void => {
		if (line === 'hold release' || line.startsWith('password ')) askNext();
		if (line.startsWith('remote MOD ')) {
			putLink(false, [], 1500);
			onDial().forEach(speak);
		}
	};
	const fake: FakeOpenvpn = {
		name,
		start,
		told,
		speak,
		carried: {rxBytes: 0, txBytes: 0},
		get removed() {
			return state === 'removed';
		},
		crash() {
			if (state !== 'running') return;
			state = 'crashed';
			dropLink();
			for (const exit of exits.splice(0)) exit();
		},
	};
	speak('>INFO:OpenVPN Management Interface Version 5 -- type \'help\' for more info');
	speak('>HOLD:Waiting for hold release:0');
	return {
		fake,
		process: {
			interface: name,
			say(line) {
				told.push(line);
				// It answers later, never within the call.
				queueMicrotask(() => obey(line));
			},
			listen(listener) {
				hear = listener;
				for (const line of waiting.splice(0)) listener(line);
			},
			async bringUp(addresses, mtu) {
				putLink(true, addresses, mtu);
				return ok(undefined);
			},
			carried: () => (state === 'running' ? fake.carried : null),
			async remove() {
				state = 'removed';
				dropLink();
			},
			onExit(listener) {
				if (state === 'crashed') queueMicrotask(listener);
				else exits.push(listener);
			},
		},
	};
}
