/** Whether what is set of an account is what the provider needs. Names secrets, never repeats them. */
import type {Problem} from '../problem.ts';
import type {ProviderWish} from './config.ts';
import {problemFrom, settingProblem} from './setting-problem.ts';
import {settings, type Environment} from './settings.ts';

export interface ProviderSecrets {
	readonly nordvpnToken: string | null;
	readonly wireguardKey: string | null;
}

export function missingSecrets({name, addresses}: Pick<ProviderWish, 'name' | 'addresses'>, {nordvpnToken, wireguardKey}: ProviderSecrets, env: Environment): readonly Problem[] {
	switch (name) {
		case 'folder':
			// The short name TOKEN may be meant for somebody else; ours is not.
			return (env[settings.nordvpnToken.name] ?? '').trim() === '' ? [] : [told('is set, but nobody is asked for servers', `Set ${settings.provider.name}=nordvpn, or remove it.`, settings.nordvpnToken.name)];
		case 'nordvpn':
			return nordvpnToken === null && wireguardKey === null ? [told('is nordvpn, and there is no access token', `Set ${settings.nordvpnToken.name}, or ${settings.nordvpnTokenFile.name} to a file that holds it; your account there makes one.`)] : [];
		case 'mullvad':
			return [
				...(wireguardKey === null ? [told('is mullvad, and there is no private key', `Set ${settings.wireguardKey.name} or ${settings.wireguardKeyFile.name}: it stands in the WireGuard file that your account there makes.`)] : []),
				...(addresses.length === 0 ? [told('is mullvad, and the addresses of the key are not set', `Set ${settings.wireguardAddresses.name} to the Address line of the WireGuard file that your account there makes.`)] : []),
			];
	}
}

const told = (wrong: string, right: string, setting: string = settings.provider.name): Problem =>
	problemFrom(settingProblem({setting, where: 'environment', fault: {value: null, wrong, right}, form: right}), true);
