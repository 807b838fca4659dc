/** The provider that the operator chose, with its account, list and addresses; null where servers are files alone. */
import type {ProviderWish} from '../config/config.ts';
import type {IpAddress} from '../net/address.ts';
import {parseIp} from '../net/address.ts';
import type {Problem} from '../problem.ts';
import {assertNever, ok, type Result} from '../result.ts';
import type {ServerEntry} from '../tunnel/tunnel.ts';
import type {Account} from './account.ts';
import {createCatalogue, type Catalogue, type CatalogueCache} from './catalogue.ts';
import {mullvad} from './mullvad/provider.ts';
import {nordlynxAccount, nordvpn} from './nordvpn/provider.ts';
import type {Provider} from './provider.ts';

export interface ProviderSource {
	readonly catalogue: Catalogue;
	readonly host: string;
	/** Where it answers, known without asking anybody. */
	readonly addresses: readonly IpAddress[];
	/** Whose packets may ask it before there is a tunnel. */
	readonly uid: number;
}

export interface ProviderSourceParts {
	readonly wish: ProviderWish;
	readonly secrets: {readonly nordvpnToken: string | null; readonly wireguardKey: string | null};
	readonly cache: CatalogueCache;
	readonly uid: number;
	readonly random: () => number;
	readonly nowMs: () => number;
}

export function providerSource({wish, secrets, cache, uid, random, nowMs}: ProviderSourceParts): ProviderSource | null {
	if (wish.name === 'folder') return null;
	const {provider, account} = accountAt(wish.name, wish, secrets);
	const catalogue = createCatalogue({provider, account, wish, cache, randomTop: wish.randomTop, random, nowMs});
	return {catalogue, host: provider.host, addresses: wish.api[wish.name], uid};
}

/** Mullvad's own resolver, which answers inside every one of its tunnels. */
const mullvadResolvers = ['10.64.0.1'].flatMap(text => parseIp(text) ?? []);

/** That what is needed is there was checked where secrets are taken. */
function accountAt(name: 'nordvpn' | 'mullvad', wish: ProviderWish, {nordvpnToken, wireguardKey}: ProviderSourceParts['secrets']): {readonly provider: Provider; readonly account: Account | null} {
	switch (name) {
		case 'nordvpn':
			return {
				provider: nordvpn({token: nordvpnToken === null ? null : () => nordvpnToken, wish}),
				account: wireguardKey === null ? null : nordlynxAccount(wireguardKey),
			};
		case 'mullvad': {
			const account: Account = {privateKey: () => wireguardKey ?? '', addresses: wish.addresses, resolvers: mullvadResolvers};
			return {provider: mullvad(account), account};
		}
		default:
			return assertNever(name);
	}
}

/** The provider's before the folder's; a file keeps its name where both have it. A folder that is not there is none with a provider. */
export async function readAllServers(source: ProviderSource | null, readFolder: () => Promise<Result<readonly ServerEntry[], Problem>>): Promise<Result<readonly ServerEntry[], Problem>> {
	const folder = await readFolder();
	if (source === null) return folder;
	const files = folder.ok ? folder.value : [];
	const taken = new Set(files.map(idOf));
	return ok([...source.catalogue.entries().filter(entry => !taken.has(idOf(entry))), ...files]);
}

const idOf = (entry: ServerEntry): string => (entry.ok ? entry.server.id : entry.id);
