/** A certificate authority of one moment and a certificate it signed, made by openssl as a provider's would be. */
import {execa} from 'execa';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

export interface Certificate {
	readonly authority: string;
	readonly certificate: string;
	readonly key: string;
}

export async function makeCertificate(...hosts: readonly [string, ...string[]]): Promise<Certificate> {
	const folder = mkdtempSync(join(tmpdir(), 'vks-ca-'));
	const at = (name: string): string => join(folder, name);
	const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
	try {
		await execa('openssl', ['req', '-x509', ...curve, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-days', '2', '-subj', '/CN=vks test authority']);
		await execa('openssl', ['req', ...curve, '-keyout', at('key.pem'), '-out', at('request.pem'), '-subj', `/CN=${hosts[0]}`]);
		writeFileSync(at('names'), `subjectAltName=${hosts.map(host => `DNS:${host}`).join(',')}\n`);
		await execa('openssl', ['x509', '-req', '-in', at('request.pem'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2', '-extfile', at('names'), '-out', at('cert.pem')]);
		const read = (name: string): string => readFileSync(at(name), 'utf8');
		return {authority: read('ca.pem'), certificate: read('cert.pem'), key: read('key.pem')};
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}
