/** Providers in the lab: their APIs in the internet, and servers that know the key of an account there. */
import {existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {randomBytes} from 'node:crypto';
import {makeCertificate} from './certificate.ts';
import {generateWireguardKeys} from './keys.ts';
import type {Lab} from './lab.ts';
import {isAlive, waitUntil, type Running} from './processes.ts';
import {nodeProgram} from './program.ts';
import type {ProviderApiOptions} from './services/provider-apis.ts';

export const apiAddresses = {nordvpn: ['203.0.113.60', '203.0.113.61'], mullvad: ['203.0.113.62']} as const;
/** The same for every customer of NordVPN's. */
const nordlynxAddress = '10.5.0.2';

export interface ApiRequest {
	readonly from: string;
	readonly at: string;
	readonly host: string;
	readonly path: string;
	readonly status: number;
}

export interface ApiStart {
	readonly mode?: ProviderApiOptions['mode'];
	/** Names in the certificate; those of the providers unless given. */
	readonly names?: readonly [string, ...string[]];
}

export interface Providers {
	readonly token: string;
	readonly nordlynxPrivateKey: string;
	/** Comes with that key, and is for OpenVPN. */
	readonly service: {readonly user: string; readonly password: string};
	/** What the client's daemon has to know besides the account. */
	readonly environment: Readonly<Record<string, string>>;
	start(how?: ApiStart): Promise<void>;
	stop(): Promise<void>;
	requests(): readonly ApiRequest[];
}

export async function prepareProviders(lab: Lab): Promise<Providers> {
	const {folders, servers} = lab.description;
	const file = (name: string): string => join(folders.state, name);
	const authority = file('providers.pem');
	const keys = generateWireguardKeys();
	const token = randomBytes(32).toString('hex');
	const service = {user: randomBytes(12).toString('hex'), password: randomBytes(12).toString('hex')};
	const made = await makeCertificate('api.nordvpn.com', 'api.mullvad.net');
	writeFileSync(authority, made.authority);
	const must = {mustSucceed: true} as const;
	for (const address of [...apiAddresses.nordvpn, ...apiAddresses.mullvad]) await lab.exec('internet', ['ip', 'address', 'add', `${address}/32`, 'dev', 'eth0'], must);
	for (const {name, interface: device} of servers) {
		await lab.exec(name, ['wg', 'set', device, 'peer', keys.publicKey, 'allowed-ips', `${nordlynxAddress}/32`], must);
		await lab.exec(name, ['ip', 'route', 'add', `${nordlynxAddress}/32`, 'dev', device], must);
	}
	const options = {
		addresses: apiAddresses, token, nordlynxPrivateKey: keys.privateKey, service, log: file('providers.log'), ready: file('providers.ready'),
		servers: servers.map(({city, country, endpoint, publicKey}, index) => ({
			name: `${country.toLowerCase()}${index + 1}`, city, country: country === 'SE' ? 'Sweden' : 'Switzerland', code: country, countryId: 208 + index,
			address: endpoint.ipv4, publicKey, load: 10 + index,
		})),
	};
	let running: Running | null = null;
	const stop = async (): Promise<void> => {
		await running?.stop('SIGKILL');
		running = null;
		rmSync(options.ready, {force: true});
	};
	return {
		token,
		nordlynxPrivateKey: keys.privateKey,
		service,
		environment: {NODE_EXTRA_CA_CERTS: authority, VKS_NORDVPN_API_IP: apiAddresses.nordvpn.join(';'), VKS_MULLVAD_API_IP: apiAddresses.mullvad.join(';')},
		stop,
		async start({mode = 'answers', names} = {}) {
			await stop();
			const {certificate, key, authority: another} = names === undefined ? made : await makeCertificate(...names);
			// Both are trusted: what a test refuses is refused for its name alone.
			if (names !== undefined) writeFileSync(authority, `${made.authority}${another}`);
			const written: ProviderApiOptions = {...options, mode, certificate, key};
			writeFileSync(file('providers.json'), JSON.stringify(written), {mode: 0o600});
			const started = lab.spawn('internet', nodeProgram('services/provider-apis.ts', file('providers.json')), {name: 'provider-apis'});
			running = started;
			await waitUntil(() => existsSync(options.ready) || !isAlive(started));
			if (!existsSync(options.ready)) throw new Error(`the providers' APIs did not start: ${readFileSync(started.log, 'utf8')}`);
		},
		requests: () => (existsSync(options.log) ? readFileSync(options.log, 'utf8').trim().split('\n').filter(line => line !== '').map(line => JSON.parse(line) as ApiRequest) : []),
	};
}
