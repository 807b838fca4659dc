/** OpenVPN servers in the lab: a certificate authority for a month, the servers, and the client's files. */
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {run} from './commands.ts';
import {namespacesFor} from './description.ts';
import type {LabFolders} from './description.ts';
import type {Lab} from './lab.ts';
import {makeLogin, openvpnPlans, renderClientFile, renderServerFile} from './openvpn-plan.ts';
import type {Login, Material, OpenvpnPlan} from './openvpn-plan.ts';
import {serverPlan} from './plan.ts';
import {isAlive, startProcess, waitUntil} from './processes.ts';

const folderIn = (folders: Pick<LabFolders, 'state'>): string => join(folders.state, 'openvpn');

/** What the servers with a password want to hear. */
export const loginOf = ({description}: Pick<Lab, 'description'>): Login => JSON.parse(readFileSync(join(folderIn(description.folders), 'login.json'), 'utf8')) as Login;

/** The client's own private key, for tests that look for it where it must not be. */
export const clientKeyOf = ({description}: Pick<Lab, 'description'>): string => readFileSync(join(folderIn(description.folders), 'client.key'), 'utf8');

/** What each side hides the handshake with; as secret as the other keys. */
export const tlsCryptKeyOf = ({description}: Pick<Lab, 'description'>): string => readFileSync(join(folderIn(description.folders), 'tls-crypt.key'), 'utf8');

/** A certificate of another authority, which no server takes. */
export async function makeStranger({description}: Pick<Lab, 'description'>): Promise<{readonly cert: string; readonly key: string}> {
	const file = (name: string): string => join(folderIn(description.folders), name);
	await run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file('stranger.key'), '-out', file('stranger.crt'), '-days', '30', '-subj', '/CN=stranger']);
	return {cert: readFileSync(file('stranger.crt'), 'utf8'), key: readFileSync(file('stranger.key'), 'utf8')};
}

export async function startOpenvpnServers(id: string, folders: LabFolders): Promise<void> {
	const folder = folderIn(folders);
	mkdirSync(folder, {mode: 0o700});
	const login = makeLogin();
	const material = await makeMaterial(folder, login);
	writeFileSync(join(folder, 'login.json'), JSON.stringify(login), {mode: 0o600});
	writeFileSync(join(folder, 'login.txt'), `${login.user}\n${login.password}\n`, {mode: 0o600});
	writeFileSync(join(folder, 'check-login'), `#!/bin/sh\n[ "$(cat "$1")" = "$(cat ${folder}/login.txt)" ]\n`, {mode: 0o700});
	for (const plan of openvpnPlans) writeFileSync(join(folders.servers, `${plan.id}.ovpn`), renderClientFile(plan, material), {mode: 0o600});
	await Promise.all(openvpnPlans.map(plan => startServer(id, plan, folders)));
}

async function startServer(id: string, plan: OpenvpnPlan, folders: LabFolders): Promise<void> {
	const folder = folderIn(folders);
	const config = join(folder, `${plan.id}.conf`);
	writeFileSync(config, renderServerFile(plan, serverPlan(plan.server), folder), {mode: 0o600});
	const server = startProcess({name: `openvpn-${plan.id}`, namespace: namespacesFor(id)[plan.server], argv: ['openvpn', '--config', config], folders});
	const log = (): string => readFileSync(server.log, 'utf8');
	const ready = (): boolean => log().includes('Initialization Sequence Completed');
	await waitUntil(() => ready() || !isAlive(server));
	if (!ready()) throw new Error(`openvpn did not start for ${plan.id} (is it installed?): ${log()}`);
}

/** Elliptic keys, because RSA takes a second each on two cores. */
async function makeMaterial(folder: string, {passphrase}: Login): Promise<Material> {
	const file = (name: string): string => join(folder, name);
	const openssl = (...argv: readonly string[]) => run(['openssl', ...argv]);
	const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
	await openssl('req', '-x509', ...curve, '-keyout', file('ca.key'), '-out', file('ca.crt'), '-days', '30', '-subj', '/CN=lab');
	await Promise.all(
		(['server', 'client'] as const).map(async name => {
			writeFileSync(file(`${name}.ext`), `extendedKeyUsage=${name}Auth\nkeyUsage=digitalSignature\n`);
			await openssl('req', ...curve, '-keyout', file(`${name}.key`), '-out', file(`${name}.csr`), '-subj', `/CN=${name}`);
			await openssl('x509', '-req', '-in', file(`${name}.csr`), '-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-set_serial', name === 'server' ? '2' : '3', '-out', file(`${name}.crt`), '-days', '30', '-extfile', file(`${name}.ext`));
		}),
	);
	writeFileSync(file('passphrase'), `${passphrase}\n`, {mode: 0o600});
	await openssl('pkcs8', '-topk8', '-in', file('client.key'), '-passout', `file:${file('passphrase')}`, '-out', file('client.encrypted.key'));
	await run(['openvpn', '--genkey', 'tls-crypt', file('tls-crypt.key')]);
	const read = (name: string): string => readFileSync(file(name), 'utf8');
	return {ca: read('ca.crt'), cert: read('client.crt'), key: read('client.key'), encryptedKey: read('client.encrypted.key'), tlsCrypt: read('tls-crypt.key')};
}
