/** All that is known of the tunnel: who votes what and how it went, round trips, the reconnects and why, every address and layer. */
import type {KeyView} from '../../control/key-schema.ts';
import type {Snapshot, TunnelView} from '../../control/schema.ts';
import {formatAge, formatByteRate, formatBytes, formatDuration, sparkline, withThousands} from '../format.ts';
import {span, wrapText, type Line} from '../text.ts';
import type {Theme} from '../theme.ts';
import type {ViewState} from '../view.ts';
import {exitUnknown} from './exit-words.ts';
import {field, labelled, labelWidth, type Details} from './fields.ts';
import {layerLines} from './layers.ts';
import {shownMoment, shownNowMs} from './moment.ts';
import {healingLines} from './healing.ts';
import {reconnectLines} from './reconnects.ts';
import {portWords} from './port-words.ts';
import {rotationText} from './rotation-words.ts';
import {keyInFull, tunnelKey} from './server-words.ts';
import {staleness} from './truth.ts';
import {historyLine, rttLine, verdictTones, voteNames} from './votes.ts';

interface Space {
	readonly width: number;
	readonly nowMs: number;
	readonly theme: Theme;
}

export function tunnelDetails(state: ViewState, theme: Theme): Details {
	const {snapshot} = shownMoment(state);
	const nowMs = shownNowMs(state);
	if (snapshot === null) return {title: 'Tunnel', lines: () => [[span('Nothing was read yet.')]]};
	const old = state.frozen === null && staleness(state) !== null;
	return {
		title: snapshot.tunnel === null ? 'No tunnel' : `Tunnel to ${snapshot.tunnel.server}`,
		lines: width => [
			...(snapshot.tunnel === null ? field('state', snapshot.state.detail, width) : tunnelLines(snapshot.tunnel, tunnelKey(snapshot), {width, nowMs, theme})),
			...healingLines(snapshot, width),
			...uplinkLines(snapshot, width),
			...portLines(snapshot, nowMs, width),
			...(snapshot.rotation.next === null ? [] : field('next', rotationText(snapshot.rotation, nowMs), width)),
			[],
			...reconnectLines(snapshot.reconnects, {width, offsetMinutes: state.offsetMinutes}),
			[],
			...layerLines(snapshot.layers, {theme, old, width, height: 1000}),
		],
	};
}

function tunnelLines(tunnel: TunnelView, key: KeyView | null, space: Space): readonly Line[] {
	const {width, nowMs} = space;
	const {exit} = tunnel;
	const forgotten = tunnel.forgotten ?? null;
	return [
		...voteLines(tunnel, space),
		[],
		...trafficLines(tunnel, space),
		[],
		...field('endpoint', `${tunnel.endpoint}, ${tunnel.driver} (${tunnel.implementation})`, width),
		...field('exit', exit === null ? exitUnknown(tunnel.exitUnanswered ?? null, nowMs, 'not known yet')[0] : `${[exit.address, exit.city, exit.country].filter(Boolean).join(', ')}, asked ${formatAge(nowMs - exit.checkedAtMs)} ago`, width),
		...field('session', sessionWords(tunnel, nowMs), width),
		...field('key', key === null ? 'its age is not known' : keyInFull(key, nowMs), width),
		...field('up', `${tunnel.connectedAtMs === null ? 'not yet' : formatAge(nowMs - tunnel.connectedAtMs)}, epoch ${tunnel.epoch}${forgotten === null ? '' : `; ${withThousands(forgotten)} connections from before it forgotten`}`, width),
		...field('link', `${tunnel.interface}, MTU ${tunnel.mtu}, keepalive ${tunnel.keepaliveSeconds === null ? 'off' : `${tunnel.keepaliveSeconds}s`}`, width),
		...field('addresses', tunnel.addresses.join(', '), width),
		...field('DNS', tunnel.resolvers.length === 0 ? 'none' : tunnel.resolvers.join(', '), width),
	];
}

function sessionWords({driver, handshakeAtMs}: TunnelView, nowMs: number): string {
	if (handshakeAtMs === null) return 'none: there was no handshake';
	const age = formatAge(nowMs - handshakeAtMs);
	// REKEY_AFTER_TIME and REJECT_AFTER_TIME are WireGuard's; of others it is when the server was last heard.
	return driver === 'wireguard' ? `${age} old; a new one is due after 2m00s, and after 3m00s this one is dead` : `the server was last heard ${age} ago`;
}

/** Each vote in its own words, and below it how it went: five seconds a letter. */
function voteLines({votes, rtt}: TunnelView, {width, theme}: Space): readonly Line[] {
	if (votes.length === 0) return field('health', 'nothing was read yet', width);
	const room = Math.max(0, width - labelWidth);
	return votes.flatMap(({source, verdict, detail, history}) => [
		...wrapText(`${verdict === 'none' ? 'no vote' : verdict}: ${detail}`, room).map((text, row) => labelled(row === 0 ? voteNames[source] : '', span(text, verdictTones[verdict]))),
		labelled('', ...historyLine(history, Math.min(room, 60), theme), span(room >= 76 ? `  ${spanOf(history.length * 5)}` : '')),
		...(source === 'dns' && rtt.history.length > 0 ? [labelled('', ...rttLine(rtt.history, Math.min(room, 60), theme), span(room >= 76 ? `  ${spanOf((rtt.history.length * (rtt.everyMs ?? 0)) / 1000)}` : '')), ...field('', roundTrips(rtt.history), width)] : []),
	]);
}

const spanOf = (seconds: number): string => `last ${formatAge(seconds * 1000)}`;

function roundTrips(history: TunnelView['rtt']['history']): string {
	const answered = history.filter(ms => ms !== null).toSorted((a, b) => a - b);
	const lost = history.length - answered.length;
	const [least, middle, most] = [answered[0], answered[Math.floor(answered.length / 2)], answered.at(-1)];
	const said = `${lost} of ${history.length} lost`;
	if (least === undefined || middle === undefined || most === undefined) return said;
	return `${formatDuration(least)} at least, ${formatDuration(middle)} in the middle, ${formatDuration(most)} at most; ${said}`;
}

function trafficLines(tunnel: TunnelView, {width, theme: {symbols}}: Space): readonly Line[] {
	const row = (name: string, perSecond: number, total: number, history: readonly number[]): Line =>
		labelled(name, span(`${formatByteRate(perSecond).padEnd(9)}${formatBytes(total).padEnd(8)}`), span(sparkline(history, {width: Math.max(0, Math.min(120, width - labelWidth - 17)), levels: symbols.spark}), 'accent'));
	return [row('received', tunnel.rxBytesPerSecond, tunnel.rxBytes, tunnel.rxHistory), row('sent', tunnel.txBytesPerSecond, tunnel.txBytes, tunnel.txHistory)];
}

function portLines({forwardedPort}: Snapshot, nowMs: number, width: number): readonly Line[] {
	const words = portWords(forwardedPort, nowMs);
	return words === null ? [] : field('port', words.text, width);
}

function uplinkLines({uplink}: Snapshot, width: number): readonly Line[] {
	if (uplink === null) return field('uplink', 'none', width);
	return field('uplink', `${uplink.name}${uplink.up ? '' : ', DOWN'}, ${uplink.addresses.join(', ')} via ${uplink.gateway ?? 'no gateway'}`, width);
}
