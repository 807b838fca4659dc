/**
 * Keys and certificates, taken out of whatever stands around them. Only what PEM is made of is passed on, because a line
 * such as `</ca>…` would end the block for OpenVPN, which compares no more than its beginning (check_inline_file).
 */
import {fail, ok, type Result} from '../../result.ts';

const section = /-----BEGIN ([A-Za-z0-9 -]{1,60})-----\n([^<>]*?)-----END \1-----/g;
const bodyLine = /^[A-Za-z0-9+/=:,. -]{0,200}$/;

const labels: Readonly<Record<string, {readonly label: RegExp; readonly form: string}>> = {
	'ca': {label: /CERTIFICATE$/, form: 'the certificate of the provider (-----BEGIN CERTIFICATE-----)'},
	'cert': {label: /CERTIFICATE$/, form: 'your certificate (-----BEGIN CERTIFICATE-----)'},
	'extra-certs': {label: /CERTIFICATE$/, form: 'certificates (-----BEGIN CERTIFICATE-----)'},
	'key': {label: /PRIVATE KEY$/, form: 'your private key (-----BEGIN PRIVATE KEY-----)'},
	'crl-verify': {label: /^X509 CRL$/, form: 'a revocation list (-----BEGIN X509 CRL-----)'},
	'tls-auth': {label: /^OpenVPN Static key V1$/, form: 'a static key (-----BEGIN OpenVPN Static key V1-----)'},
	'tls-crypt': {label: /^OpenVPN Static key V1$/, form: 'a static key (-----BEGIN OpenVPN Static key V1-----)'},
	'tls-crypt-v2': {label: /^OpenVPN tls-crypt-v2 client key$/, form: 'a client key (-----BEGIN OpenVPN tls-crypt-v2 client key-----)'},
};

/** The text that belongs between `<name>` and `</name>`; the error says what would be right. */
export function readMaterial(name: string, text: string): Result<string, string> {
	if (name === 'peer-fingerprint') return readFingerprints(text);
	const wanted = labels[name];
	if (wanted === undefined) return fail('what the provider gave');
	const sections = [...text.replaceAll(/\r\n?/g, '\n').matchAll(section)].filter(([, label = '']) => wanted.label.test(label));
	const whole = sections.map(([all]) => all);
	const clean = whole.every(one => one.split('\n').every(line => bodyLine.test(line)));
	return whole.length > 0 && clean ? ok(`${whole.join('\n')}\n`) : fail(wanted.form);
}

/** SHA-256, as `openssl x509 -fingerprint -sha256` prints it. */
function readFingerprints(text: string): Result<string, string> {
	const words = text.split(/\s+/).filter(word => word !== '');
	return words.length > 0 && words.every(word => /^(?:[0-9a-f]{2}:){31}[0-9a-f]{2}$/i.test(word)) ? ok(`${words.join('\n')}\n`) : fail('SHA-256 fingerprints, 32 pairs of hexadecimal digits with colons');
}

/** PKCS#8, or what OpenSSL wrote before it (RFC 1421). */
export const isEncrypted = (key: string): boolean => key.includes('ENCRYPTED');
