/** Whether what is set of an account is what the provider needs. Names secrets, never repeats them. */
import type {Problem} from '../problem.ts';
import type {GluetunAccount} from '../tunnel/gluetun/ask.ts';
import {isLoopback} from '../net/address.ts';
import {isPrivate} from '../net/private-ranges.ts';
import type {Config, ProviderWish} from './config.ts';
import {literalOf, openingFor, opensTcp, portOf} from './opened.ts';
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

/** A role there asks for both, or for neither. */
export function halfGluetunAccount({user, password}: GluetunAccount): readonly Problem[] {
	if ((user === null) === (password === null)) return [];
	const [there, missing] = user === null ? [settings.gluetunPassword.name, settings.gluetunUser.name] : [settings.gluetunUser.name, settings.gluetunPassword.name];
	return [told(`is set without ${missing}`, `Set ${missing} too, or ${missing}_FILE to a file that holds it.`, there)];
}

/** A token for nobody, or one that whoever carries it could read. */
export function tokenInTheOpen({notify, ...opened}: Pick<Config, 'notify' | 'network' | 'lan'>, token: string | null): readonly Problem[] {
	if (token === null) return [];
	if (notify === null) return [told('is set, but nobody is told', `Set ${settings.notifyUrl.name}, or remove it.`, settings.notifyToken.name)];
	const url = new URL(notify.url);
	const address = literalOf(url);
	if (url.protocol === 'https:' || (address !== null && (isLoopback(address) || opensTcp(opened, address, portOf(url))))) return [];
	const right = address !== null && isPrivate(address)
		? `Add ${openingFor(address, portOf(url))}, which opens that address, or write an https URL into ${settings.notifyUrl.name}.`
		: `Write an https URL into ${settings.notifyUrl.name}, or a loopback address, or one that ${settings.network.name} or ${settings.lan.name} opens.`;
	return [told('would be sent unencrypted', right, settings.notifyToken.name)];
}

const told = (wrong: string, right: string, setting: string = settings.provider.name): Problem =>
	problemFrom(settingProblem({setting, where: 'environment', fault: {value: null, wrong, right}, form: right}), true);
