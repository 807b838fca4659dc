/** Each secret: where it is set, where a file with it is named, and what it has to be. Plain data. */
import {isAccessToken} from '../servers/nordvpn/credentials.ts';
import {readKey} from '../tunnel/conf-values.ts';
import {sendable} from '../tunnel/openvpn/secret-text.ts';
import type {SecretFiles} from './config.ts';
import {isHeaderText} from './parse-attach.ts';
import type {Setting} from './setting.ts';
import {settings} from './settings.ts';

export interface SecretSetting {
	readonly value: Setting;
	readonly file: Setting;
	readonly isGood: (text: string) => boolean;
	/** What a file's first line is when it is not good, and what would be right. */
	readonly wrong: string;
	readonly right: string;
}

const openvpn = {isGood: sendable, wrong: 'OpenVPN cannot be told', right: 'Write it as the first line: at most 250 bytes, without control characters.'};

const gluetun = {isGood: isHeaderText, wrong: 'is nothing that Gluetun can be told', right: settings.gluetunKey.form};

export const secretTable: Readonly<Record<keyof SecretFiles, SecretSetting>> = {
	user: {value: settings.openvpnUser, file: settings.openvpnUserFile, ...openvpn},
	password: {value: settings.openvpnPassword, file: settings.openvpnPasswordFile, ...openvpn},
	passphrase: {value: settings.openvpnKeyPassword, file: settings.openvpnKeyPasswordFile, ...openvpn},
	nordvpnToken: {value: settings.nordvpnToken, file: settings.nordvpnTokenFile, isGood: isAccessToken, wrong: 'is no access token', right: settings.nordvpnToken.form},
	wireguardKey: {value: settings.wireguardKey, file: settings.wireguardKeyFile, isGood: text => readKey(text).ok, wrong: 'is no WireGuard key', right: settings.wireguardKey.form},
	gluetunKey: {value: settings.gluetunKey, file: settings.gluetunKeyFile, ...gluetun},
	gluetunUser: {value: settings.gluetunUser, file: settings.gluetunUserFile, ...gluetun, isGood: text => isHeaderText(text) && !text.includes(':')},
	notifyToken: {value: settings.notifyToken, file: settings.notifyTokenFile, isGood: isHeaderText, wrong: 'is no token that a header can hold', right: settings.notifyToken.form},
	gluetunPassword: {value: settings.gluetunPassword, file: settings.gluetunPasswordFile, ...gluetun},
};
