/** WireGuard key pairs, made in this process so that no key is ever in an argument vector. */
import {generateKeyPairSync} from 'node:crypto';

export interface KeyPair {
	readonly privateKey: string;
	readonly publicKey: string;
}

export function generateWireguardKeys(): KeyPair {
	const {d, x} = generateKeyPairSync('x25519').privateKey.export({format: 'jwk'});
	if (d === undefined || x === undefined) throw new Error('x25519 keys lack their raw parts');
	return {privateKey: toBase64(d), publicKey: toBase64(x)};
}

const toBase64 = (base64url: string): string => Buffer.from(base64url, 'base64url').toString('base64');
