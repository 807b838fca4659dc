/** A distinct secret of every kind there is, each in its place: files of servers, files of settings, the environment, a provider's answers. */
import {randomBytes} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Lab} from '../../lab/lab.ts';
import {clientKeyOf, loginOf, tlsCryptKeyOf} from '../../lab/openvpn.ts';
import type {Providers} from '../../lab/providers.ts';
import type {Canary} from './canaries.ts';

export interface Planted {
	/** That are in use or may be: in files, in the environment, in what a provider answers. */
	readonly canaries: readonly Canary[];
	/** In lines that cannot be read, hooks and settings that are refused. */
	readonly misplaced: readonly Canary[];
	/** No secret: the name of a server, which every screen shows. What finds it would find a secret there. */
	readonly marker: string;
	/** For a daemon that has all of them. */
	readonly environment: Readonly<Record<string, string>>;
	/** The same, told by files. */
	readonly fromFiles: Readonly<Record<string, string>>;
}

const word = (): string => randomBytes(12).toString('hex');

export async function plantSecrets(lab: Lab, providers: Providers): Promise<Planted> {
	const {servers, state} = lab.description.folders;
	const write = (name: string, text: string): void => writeFileSync(join(servers, name), text, {mode: 0o600});
	const read = (name: string): string => readFileSync(join(servers, name), 'utf8');
	const keyIn = (name: string): string => /PrivateKey = (.+)/.exec(read(name))?.[1]?.trim() ?? '';
	const login = loginOf(lab);
	const preshared = randomBytes(32).toString('base64');
	const wrong = {user: `user ${word()}`, password: `pass ${word()}`};
	const exitToken = word();
	const notify = {topic: word(), token: word()};
	const misplaced = {hook: word(), setenv: word(), key: randomBytes(32).toString('base64'), user: `u${word()}`, password: word(), passphrase: `${word()} two words`, proxy: word(), comment: randomBytes(32).toString('base64')};
	const marker = `marker-${word()}`;

	await presharedAt(lab, 'ch-zrh-1.conf', preshared);
	const tcp = read('se-ovpn-tcp.ovpn').replaceAll('\r', '');
	const inline = (user: string, password: string): string => tcp.replace('auth-user-pass\n', `<auth-user-pass>\n${user}\n${password}\n</auth-user-pass>\n`);
	write('xx-inline.ovpn', inline(login.user, login.password));
	write('xx-refused.ovpn', inline(wrong.user, wrong.password));
	write('xx-beside.ovpn', tcp.replace('auth-user-pass\n', 'auth-user-pass beside.txt\n'));
	write('beside.txt', `${login.user}\n${login.password}\n`);
	write('xx-hooks.conf', read('se-sto-1.conf').replace('[Peer]', `PostUp = curl -H 'Authorization: Bearer ${misplaced.hook}' https://example.net/\n# ${misplaced.comment}\n[Peer]`));
	write('xx-setenv.ovpn', inline(login.user, login.password).replace('nobind', `nobind\nsetenv UV_ID ${misplaced.setenv}\nup "/etc/hook ${misplaced.hook}"`));
	write('xx-broken.conf', ['[Interface]', misplaced.key, `PrivateKey ${misplaced.key}`, `Privatkey = ${misplaced.key}`, `[${misplaced.key}]`, `Address = ${misplaced.key}`, '[Peer]', `Endpoint = ${misplaced.key}:51820`, `AllowedIPs = ${misplaced.key}`].join('\n'));
	write('xx-untagged.ovpn', `client\nremote 198.51.100.10\nauth-user-pass\n${misplaced.user}\n${misplaced.password}\n</auth-user-pass>\naskpass\n${misplaced.passphrase}\n`);
	write('xx-proxy.ovpn', `${tcp}http-proxy 192.0.2.9 8080 basic ${misplaced.proxy}\nhttp-proxy-user-pass ${misplaced.proxy}\n<${misplaced.proxy}>\n`);
	write(`${marker}.conf`, read('se-sto-1.conf'));

	const files = {user: login.user, password: login.password, phrase: login.passphrase, token: providers.token, notify: notify.token};
	for (const [name, text] of Object.entries(files)) writeFileSync(join(state, `secret-${name}`), `${text}\n`, {mode: 0o600});
	const file = (name: keyof typeof files): string => join(state, `secret-${name}`);
	const common = {...providers.environment, VKS_PROVIDER: 'nordvpn', COUNTRY: 'Sweden', VKS_DNS: '10.64.1.1', VKS_EXIT_URL: `${lab.description.exitUrl}?token=${exitToken}`, VKS_LOG_LEVEL: 'debug', VKS_NOTIFY_URL: `https://203.0.113.80:9/${notify.topic}`};
	return {
		canaries: [
			{name: 'key of se-sto-1', value: keyIn('se-sto-1.conf')}, {name: 'key of se-sto-1-v6', value: keyIn('se-sto-1-v6.conf')}, {name: 'key of ch-zrh-1', value: keyIn('ch-zrh-1.conf')},
			{name: 'preshared key', value: preshared},
			{name: 'user', value: login.user}, {name: 'password', value: login.password}, {name: 'passphrase', value: login.passphrase},
			{name: 'private key', value: lineOf(clientKeyOf(lab))}, {name: 'tls-crypt key', value: lineOf(tlsCryptKeyOf(lab))},
			{name: 'refused user', value: wrong.user}, {name: 'refused password', value: wrong.password},
			{name: 'token', value: providers.token}, {name: 'NordLynx key', value: providers.nordlynxPrivateKey},
			{name: 'service user', value: providers.service.user}, {name: 'service password', value: providers.service.password},
			{name: 'exit token', value: exitToken}, {name: 'topic of notifications', value: notify.topic}, {name: 'token of notifications', value: notify.token},
		],
		misplaced: Object.entries(misplaced).map(([name, value]) => ({name: `misplaced ${name}`, value})),
		marker,
		environment: {...common, TOKEN: providers.token, VKS_OPENVPN_USER: login.user, VKS_OPENVPN_PASSWORD: login.password, VKS_OPENVPN_KEY_PASSWORD: login.passphrase, VKS_NOTIFY_TOKEN: notify.token},
		fromFiles: {...common, VKS_NORDVPN_TOKEN_FILE: file('token'), VKS_OPENVPN_USER_FILE: file('user'), VKS_OPENVPN_PASSWORD_FILE: file('password'), VKS_OPENVPN_KEY_PASSWORD_FILE: file('phrase'), VKS_NOTIFY_TOKEN_FILE: file('notify')},
	};
}

/** A line of a key's own, and not of what stands around every key. */
const lineOf = (text: string): string => text.split('\n').find(line => /^[0-9A-Za-z+/=]{32,}$/.test(line)) ?? '';

/** The same on both sides, so that it is really used. */
async function presharedAt(lab: Lab, name: string, preshared: string): Promise<void> {
	const path = join(lab.description.folders.servers, name);
	const text = readFileSync(path, 'utf8');
	const server = lab.description.servers.find(({city}) => text.includes(city));
	if (server === undefined) throw new Error(`no server of ${name}`);
	const own = /PrivateKey = (.+)/.exec(text)?.[1] ?? '';
	const keys = join(lab.description.folders.state, 'preshared');
	writeFileSync(keys, preshared, {mode: 0o600});
	const {stdout: peer} = await lab.exec(server.name, ['sh', '-c', 'wg pubkey'], {input: own, mustSucceed: true});
	await lab.exec(server.name, ['wg', 'set', server.interface, 'peer', peer.trim(), 'preshared-key', keys], {mustSucceed: true});
	writeFileSync(path, text.replace('AllowedIPs', `PresharedKey = ${preshared}\nAllowedIPs`), {mode: 0o600});
}
