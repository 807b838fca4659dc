/** The sockets of leak tests in memory: ARP is seen on the link, and the rest where no chain of the fake's stands in the way. */
import type {EchoAnswer, ProbeAnswer, Probes, TapFrame} from '../../src/kernel/kernel.ts';
import {ok} from '../../src/result.ts';
import type {FakeNetworkState} from './fake-network.ts';
import type {FakeTables} from './fake-nft.ts';

export interface FakeProbes extends Probes {
	/** What the next frames and packets do, whatever stands in their way; and what else happens when a frame leaks. */
	leak(what: 'nothing' | 'frames' | 'everything', meanwhile?: () => void): void;
	/** Nothing is seen any more. */
	blind(): void;
	/** Hosts that answer neither pings nor, through a device, connections. */
	readonly mute: Set<string>;
	/** Pings that left outside the tunnel, by host. */
	readonly pinged: () => readonly string[];
	/** Pings and connections that left through a device, by host. */
	readonly askedThrough: () => readonly string[];
	/** Ordinary packets sent so far. */
	readonly sent: () => number;
}

interface FakeProbeDeps {
	readonly state: FakeNetworkState;
	readonly tables: () => FakeTables;
	readonly setDown: (name: string) => void;
}

const ARP = 0x0806;
const sent: ProbeAnswer = {kind: 'sent'};
const refused: ProbeAnswer = {kind: 'refused', why: 'refused'};

export function fakeProbes({state, tables, setDown}: FakeProbeDeps): FakeProbes {
	const taps = new Set<TapFrame[]>();
	let leaking: Parameters<FakeProbes['leak']>[0] = 'nothing';
	let meanwhile = (): void => undefined;
	let blind = false;
	let packets = 0;
	const mute = new Set<string>();
	const pinged: string[] = [];
	const askedThrough: string[] = [];
	const show = (linkIndex: number, bytes: Uint8Array): ProbeAnswer => {
		if (!blind) for (const frames of taps) frames.push({linkIndex, bytes});
		return sent;
	};
	const uplink = () => state.links.find(link => !link.loopback && link.up);
	const stands = (key: string, chain: string): boolean => tables().get(key)?.chains.has(chain) ?? false;

	const outputLets = (good: (rule: string) => boolean): boolean => [...tables()].every(([key, {chains}]) => {
		const output = key.startsWith('inet ') ? chains.get('output') : undefined;
		return output?.policy !== 'drop' || output.rules.some(({text}) => good(text));
	});
	/** An output chain refuses a ping unless a rule of it names the host and an echo request. */
	const letsPing = (to: string): boolean => outputLets(text => /icmp(v6)? type (8|128) /.test(text) && text.includes(to));
	/** What leaves by a device from an address passes where a rule names both and nothing narrower. */
	const letsSend = (device: string, source: string): boolean =>
		state.links.some(({name, up}) => name === device && up) && outputLets(text => text.includes(`"${device}"`) && text.includes(`saddr ${source}`) && !text.includes('dport') && text.includes('accept'));

	return {
		openEcho(way) {
			const answers: EchoAnswer[] = [];
			return ok({
				send(to, message) {
					if ('mark' in way ? !letsPing(to) : !letsSend(way.device, way.source)) return refused;
					('mark' in way ? pinged : askedThrough).push(to);
					if (!mute.has(to)) answers.push({from: to, message: Uint8Array.from([message[0] === 8 ? 0 : 129, ...message.slice(1)])});
					return sent;
				},
				read: () => answers.splice(0),
				close: () => undefined,
			});
		},
		mute,
		pinged: () => pinged,
		askedThrough: () => askedThrough,
		openTap() {
			const frames: TapFrame[] = [];
			taps.add(frames);
			return ok({read: () => ({frames: frames.splice(0), lost: 0}), close: () => void taps.delete(frames)});
		},
		send({payload}) {
			packets += 1;
			const link = uplink();
			if (leaking === 'everything' && link !== undefined) return show(link.index, payload);
			return stands('inet vks', 'output') ? refused : sent;
		},
		sendFrame(linkIndex, frame) {
			const link = state.links.find(({index}) => index === linkIndex);
			if (link === undefined || !link.up) return {kind: 'refused', why: 'the link is down'};
			const isArp = Buffer.from(frame).readUInt16BE(12) === ARP;
			const covered = [...tables()].some(([key, {chains}]) => key.startsWith('netdev ') && [...chains.values()].some(chain => chain.devices?.includes(link.name)));
			if (!isArp && leaking !== 'nothing') meanwhile();
			return isArp || leaking !== 'nothing' || !covered ? show(linkIndex, frame) : refused;
		},
		hardwareAddress: linkIndex => (state.links.some(({index, loopback}) => index === linkIndex && !loopback) ? Uint8Array.of(2, 0, 0, 0, 0, linkIndex) : null),
		openFlow({destination, source, device}) {
			if (device === undefined || !letsSend(device, source)) return null;
			askedThrough.push(destination);
			return {established: () => !mute.has(destination), send: () => sent, moveTo: () => sent, close: () => undefined};
		},
		setDown(name) {
			setDown(name);
			return ok(undefined);
		},
		leak: (what, also = () => undefined) => void ([leaking, meanwhile] = [what, also]),
		blind: () => void (blind = true),
		sent: () => packets,
	};
}
