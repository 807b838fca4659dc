/** Speaks WireGuard's userspace protocol over its unix socket: no process is spawned and no key is in an argv. */
import {createConnection} from 'node:net';
import {fail, ok, type Result} from '../result.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {WireguardSettings} from './kernel.ts';

/** Why there was no answer: nobody listens, or nothing came in time. */
export type UapiFailure = 'nobody' | 'no-answer';

export type Uapi = (name: InterfaceName, request: string) => Promise<Result<string, UapiFailure>>;

/** Fixed in wireguard-go (ipc/uapi_linux.go) and in wg(8); all network namespaces that share /run share it. */
export const uapiPath = (name: InterfaceName): string => `/var/run/wireguard/${name}.sock`;

export const getRequest = 'get=1\n\n';

const deadlineMs = 2000;
const mostAnswer = 1024 * 1024;

export const speakUapi: Uapi = (name, request) =>
	new Promise(resolve => {
		const socket = createConnection(uapiPath(name));
		const chunks: Buffer[] = [];
		let size = 0;
		let connected = false;
		const end = (result: Result<string, UapiFailure>): void => {
			clearTimeout(timer);
			socket.destroy();
			resolve(result);
		};
		const timer = setTimeout(() => {
			end(fail('no-answer'));
		}, deadlineMs);
		socket.once('connect', () => {
			connected = true;
			socket.write(request);
		});
		socket.on('data', (chunk: Buffer) => {
			chunks.push(chunk);
			size += chunk.length;
			const text = size <= mostAnswer ? Buffer.concat(chunks).toString('utf8') : '';
			if (size > mostAnswer) end(fail('no-answer'));
			else if (text.endsWith('\n\n')) end(ok(text));
		});
		socket.once('error', () => {
			end(fail(connected ? 'no-answer' : 'nobody'));
		});
		socket.once('close', () => {
			end(fail('no-answer'));
		});
	});

/** One `set` that makes the device exactly this: whatever peer it had goes. */
export function renderUapiSet({privateKey, listenPort, mark, peer}: WireguardSettings): string {
	return [
		'set=1',
		`private_key=${hex(privateKey)}`,
		...(listenPort === null ? [] : [`listen_port=${listenPort}`]),
		`fwmark=${mark}`,
		'replace_peers=true',
		`public_key=${hex(peer.publicKey)}`,
		...(peer.presharedKey === null ? [] : [`preshared_key=${hex(peer.presharedKey)}`]),
		`endpoint=${peer.endpoint}`,
		`persistent_keepalive_interval=${peer.keepaliveSeconds ?? 0}`,
		'replace_allowed_ips=true',
		...peer.allowedIps.map(range => `allowed_ip=${range}`),
		'',
		'',
	].join('\n');
}

const hex = (key: string): string => Buffer.from(key, 'base64').toString('hex');
