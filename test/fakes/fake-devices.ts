/** Tunnel devices in memory: a link that appears and goes, and facts a test sets. */
import type {Devices, ForeignTunnel, Link, TunnelDevice, WireguardFacts, WireguardSettings} from '../../src/kernel/kernel.ts';
import type {InterfaceName} from '../../src/net/interface-name.ts';
import type {Problem} from '../../src/problem.ts';
import {fail, ok} from '../../src/result.ts';
import {fakeOpenvpn, type FakeOpenvpn} from './fake-openvpn.ts';

export interface FakeDevice {
	readonly name: InterfaceName;
	settings: WireguardSettings | null;
	facts: WireguardFacts;
	/** The process behind the device ends unasked. */
	crash(): void;
}

export interface FakeDevicesParts {
	readonly gate: (operation: 'createWireguard' | 'startOpenvpn' | 'configure' | 'bringUp' | 'facts' | 'inspect') => Promise<Problem | null>;
	readonly putLink: (link: Omit<Link, 'index'>) => void;
	readonly dropLink: (name: string) => void;
	readonly links: () => readonly Link[];
}

export interface FakeDevices extends Devices {
	readonly made: Map<string, FakeDevice>;
	/** What devices of somebody else's say of themselves, by name; a test sets it, and the link. */
	readonly foreign: Map<string, ForeignTunnel>;
	/** Every OpenVPN that was started, the last one last. */
	readonly openvpns: readonly FakeOpenvpn[];
	/** What servers answer to OpenVPN; null for a connection. */
	answerOpenvpn(onDial: (() => readonly string[]) | null): void;
}

const noFacts: WireguardFacts = {handshakeAtMs: null, rxBytes: 0, txBytes: 0, endpoint: null, keepaliveSeconds: null};

export function fakeDevices({gate, putLink, dropLink, links}: FakeDevicesParts): FakeDevices {
	const made = new Map<string, FakeDevice>();
	const foreign = new Map<string, ForeignTunnel>();
	const openvpns: FakeOpenvpn[] = [];
	let onDial: (() => readonly string[]) | null = null;

	function device(name: InterfaceName): TunnelDevice {
		const listeners: (() => void)[] = [];
		const link = {name, loopback: false, kind: 'wireguard', mtu: 1420, up: false, addresses: []};
		const state: FakeDevice = {
			name,
			settings: null,
			facts: noFacts,
			crash() {
				dropLink(name);
				for (const listener of listeners.splice(0)) listener();
			},
		};
		made.set(name, state);
		putLink(link);
		return {
			interface: name,
			implementation: 'kernel',
			async configure(settings) {
				const refusal = await gate('configure');
				if (refusal !== null) return fail(refusal);
				state.settings = settings;
				state.facts = {...state.facts, endpoint: settings.peer.endpoint, keepaliveSeconds: settings.peer.keepaliveSeconds};
				return ok(undefined);
			},
			async bringUp(addresses, mtu) {
				const refusal = await gate('bringUp');
				if (refusal !== null) return fail(refusal);
				putLink({...link, up: true, mtu, addresses});
				return ok(undefined);
			},
			async facts() {
				const refusal = await gate('facts');
				return refusal === null ? ok(state.facts) : fail(refusal);
			},
			async remove() {
				made.delete(name);
				dropLink(name);
			},
			onExit: listener => void listeners.push(listener),
		};
	}

	return {
		made,
		foreign,
		openvpns,
		answerOpenvpn(answer) {
			onDial = answer;
		},
		async inspect(name) {
			const refusal = await gate('inspect');
			if (refusal !== null) return fail(refusal);
			const found = foreign.get(name);
			return found === undefined ? fail({code: 'tunnel-failed', severity: 'error', what: `The link ${name} cannot be read.`, stillBlocking: true, next: 'This is the fake kernel.'}) : ok(found);
		},
		async startOpenvpn(name, start) {
			const refusal = await gate('startOpenvpn');
			if (refusal !== null) return fail(refusal);
			const {fake, process} = fakeOpenvpn({
				name,
				start,
				...(onDial === null ? {} : {onDial}),
				putLink: (up, addresses, mtu) => putLink({name, loopback: false, kind: 'tun', mtu, up, addresses}),
				dropLink: () => dropLink(name),
			});
			openvpns.push(fake);
			return ok(process);
		},
		async removeLeftover(name) {
			const link = links().find(each => each.name === name);
			if (link !== undefined && !['wireguard', 'tun'].includes(link.kind ?? '')) return fail({code: 'tunnel-failed', severity: 'error', what: `${name} is an interface that is no tunnel, so vks does not remove it.`, stillBlocking: true, next: 'This is the fake kernel.'});
			dropLink(name);
			return ok(undefined);
		},
		async createWireguard(name) {
			const refusal = await gate('createWireguard');
			return refusal === null ? ok(device(name)) : fail(refusal);
		},
	};
}
