/** What the isp does to packets on purpose: loss, delay, jitter, a server nobody reaches. Rendering is pure. */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {z} from 'zod';
import {askAgent} from './agent-client.ts';
import {loadRuleset} from './commands.ts';
import type {LabDescription} from './description.ts';
import {serverPlan, serverPlans, uplinks} from './plan.ts';
import type {ServerName} from './plan.ts';
import {relayPort} from './relay.ts';

const weatherSchema = z.object({
	/** Of every packet of the client's, each way. */
	lossPercent: z.number().min(0).max(100),
	/** Of WireGuard's packets only, each way. */
	delayMs: z.number().min(0).max(10_000),
	jitterMs: z.number().min(0).max(10_000),
	blackholed: z.array(z.enum(['s1', 's2'])),
});
export type Weather = z.infer<typeof weatherSchema>;

export const fairWeather: Weather = {lossPercent: 0, delayMs: 0, jitterMs: 0, blackholed: []};

const {lanBridge, internetLink, second, internetRouter, addresses} = uplinks;

export function renderWeather({lossPercent, delayMs, jitterMs, blackholed}: Weather): string {
	const lost = `numgen random mod 10000 < ${Math.round(lossPercent * 100)} drop`;
	const losses = [
		`iifname { "${lanBridge}", "${second.port}" } ${lost}`,
		`iifname { "s1", "s2" } udp sport 51820 ${lost}`,
		`iifname "${internetLink}" ip daddr ${internetRouter.ipv4} ${lost}`,
		`iifname "${internetLink}" ip6 daddr 2001:db8:30::/63 ${lost}`,
	];
	// The address that its tunnels end at; what leaves them has another.
	const holes = blackholed.map(serverPlan).flatMap(({endpoint: {ipv4, ipv6}}) => [
		`ip daddr ${ipv4} drop`,
		`ip saddr ${ipv4} drop`,
		`ip6 daddr ${ipv6} drop`,
		`ip6 saddr ${ipv6} drop`,
	]);
	const delayed = delayMs > 0 || jitterMs > 0;
	const {gateway} = addresses;
	// Rewritten without connection tracking, so that a running tunnel is diverted and let go between two packets.
	const divert = serverPlans.flatMap(plan => [
		`iifname { "${lanBridge}", "${second.port}" } ip daddr ${plan.endpoint.ipv4} udp dport ${plan.port} ip daddr set ${gateway.ipv4} udp dport set ${relayPort(plan)} notrack`,
		`iifname { "${lanBridge}", "${second.port}" } ip6 daddr ${plan.endpoint.ipv6} udp dport ${plan.port} ip6 daddr set ${gateway.ipv6} udp dport set ${relayPort(plan)} notrack`,
	]);
	// Stays after the delay ends: what is still in the air would otherwise teach the client the relay's address.
	const disguise = serverPlans.flatMap(plan => [
		`ip saddr ${gateway.ipv4} udp sport ${relayPort(plan)} ip saddr set ${plan.endpoint.ipv4} udp sport set ${plan.port} notrack`,
		`ip6 saddr ${gateway.ipv6} udp sport ${relayPort(plan)} ip6 saddr set ${plan.endpoint.ipv6} udp sport set ${plan.port} notrack`,
	]);
	const lines = (rules: readonly string[]) => rules.map(rule => `\t\t${rule}`).join('\n');
	return `
table inet weather
delete table inet weather
table inet weather {
	chain arriving {
		type filter hook prerouting priority -310;
${lines([...holes, ...(lossPercent > 0 ? losses : []), ...(delayed ? divert : [])])}
	}
	chain leaving {
		type filter hook output priority -310;
${lines(disguise)}
	}
}
`;
}

const weatherFile = (lab: LabDescription): string => join(lab.folders.state, 'weather.json');

export function readWeather(lab: LabDescription): Weather {
	try {
		return weatherSchema.parse(JSON.parse(readFileSync(weatherFile(lab), 'utf8')));
	} catch {
		return fairWeather;
	}
}

export async function changeWeather(lab: LabDescription, change: Partial<Weather>): Promise<void> {
	const next = weatherSchema.parse({...readWeather(lab), ...change});
	if (next.delayMs > 0 || next.jitterMs > 0) {
		await askAgent(lab, {ask: 'delay', delayMs: next.delayMs, jitterMs: next.jitterMs});
	}
	await loadRuleset(lab.namespaces.isp, renderWeather(next));
	writeFileSync(weatherFile(lab), JSON.stringify(next));
}

export const blackhole = (lab: LabDescription, server: ServerName): Promise<void> =>
	changeWeather(lab, {blackholed: [...new Set([...readWeather(lab).blackholed, server])]});

export const restore = (lab: LabDescription, server: ServerName): Promise<void> =>
	changeWeather(lab, {blackholed: readWeather(lab).blackholed.filter(name => name !== server)});
