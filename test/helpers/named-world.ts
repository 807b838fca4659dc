/** Hosts with names in a lab's internet, and the resolver that knows them. */
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {makeCertificate} from '../../lab/certificate.ts';
import type {Lab} from '../../lab/lab.ts';
import {isAlive, waitUntil} from '../../lab/processes.ts';
import {nodeProgram} from '../../lab/program.ts';
import type {NamesOptions} from '../../lab/services/names.ts';

export const namedHosts = {resolver: '203.0.113.70', api: '203.0.113.71', wild: '203.0.113.72', other: '203.0.113.73', spare: '203.0.113.74', api6: '2001:db8:113::71'} as const;

/** From a name to its addresses. */
export type Zone = Readonly<Record<string, readonly string[]>>;

export interface NamedWorld {
	/** From here on. */
	zone(names: Zone): void;
	/** Every name that the resolver was asked for, each a line, and `POST` with the host of each message that came. */
	asked(): string;
}

export async function standNames(lab: Lab, names: Zone): Promise<NamedWorld> {
	const {resolver, ...rest} = namedHosts;
	const hosts = Object.values(rest);
	const file = (name: string): string => join(lab.description.folders.state, name);
	const zone = (now: Zone): void => writeFileSync(file('zone.json'), JSON.stringify(now));
	for (const address of [resolver, ...hosts]) await lab.exec('internet', ['ip', 'address', 'add', ...(address.includes(':') ? [`${address}/128`, 'dev', 'eth0', 'nodad'] : [`${address}/32`, 'dev', 'eth0'])], {mustSucceed: true});
	for (const family of ['ip', 'ip6'] as const) {
		const own = hosts.filter(address => address.includes(':') === (family === 'ip6'));
		await lab.exec('internet', ['nft', `table ${family} names { chain at { type nat hook prerouting priority -100; ${family} daddr { ${own.join(', ')} } tcp dport 80 dnat to :8080; }; }`], {mustSucceed: true});
	}
	zone(names);
	const {certificate, key} = await makeCertificate('api.test.example');
	const options: NamesOptions = {resolver, hosts, tlsPorts: [443, 8443], httpPort: 8080, certificate, key, zone: file('zone.json'), log: file('asked.log'), ready: file('names.ready')};
	writeFileSync(file('names.json'), JSON.stringify(options));
	const world = lab.spawn('internet', nodeProgram('services/names.ts', file('names.json')), {name: 'names'});
	await waitUntil(() => existsSync(options.ready) || !isAlive(world));
	if (!existsSync(options.ready)) throw new Error(readFileSync(world.log, 'utf8'));
	return {zone, asked: () => readFileSync(options.log, 'utf8')};
}
