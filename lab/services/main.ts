/** The servers of one namespace: `main.ts <role> <ready file>`. */
import {writeFileSync} from 'node:fs';
import {uplinks} from '../plan.ts';
import type {Family} from '../plan.ts';
import {startDns} from './dns.ts';
import {startEcho} from './echo.ts';
import {startExitEcho} from './exit-echo.ts';

const {internet, resolver, otherResolver, lan, peer} = uplinks.addresses;

export async function main(role: string, readyFile: string): Promise<void> {
	const both = ({ipv4, ipv6}: Family): readonly string[] => [ipv4, ipv6];
	startExitEcho();
	switch (role) {
		case 'internet':
			await Promise.all([startEcho(both(internet)), startDns([...both(resolver), ...both(otherResolver)], internet)]);
			break;
		case 'lan':
			await Promise.all([startEcho(both(lan)), startDns(both(lan), internet)]);
			break;
		case 'peer':
			await Promise.all([startEcho(both(peer)), startDns(both(peer), internet)]);
			break;
		default:
			throw new Error(`nothing is served in ${role}`);
	}
	process.once('SIGTERM', () => process.exit(0));
	writeFileSync(readyFile, '');
}

if (import.meta.main) await main(process.argv[2] ?? '', process.argv[3] ?? '');
