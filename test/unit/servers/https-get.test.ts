/** Questions over TLS to a real server on loopback: the name is what is trusted, not the address. */
import {once} from 'node:events';
import {createServer} from 'node:https';
import {connect as connectTcp} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import {parseIp} from '../../../src/net/address.ts';
import {fail, ok} from '../../../src/result.ts';
import {httpsGet, type Connect, type HttpsQuestion} from '../../../src/servers/https-get.ts';
import {makeCertificate} from '../../../lab/certificate.ts';

const address = (text: string) => {
	const parsed = parseIp(text);
	if (parsed === null) throw new Error(text);
	return parsed;
};
const here = address('127.0.0.1');
interface Seen {
	readonly path: string;
	readonly authorization: string | undefined;
	readonly host: string | undefined;
}

async function scene(): Promise<{readonly connect: Connect; readonly trust: {readonly authorities: string}; readonly seen: readonly Seen[]}> {
	const certificate = await makeCertificate('api.test');
	const seen: Seen[] = [];
	const server = createServer({key: certificate.key, cert: certificate.certificate}, (request, response) => {
		seen.push({path: request.url ?? '', authorization: request.headers.authorization, host: request.headers.host});
		if (request.url === '/long') response.end('x'.repeat(5000));
		else if (request.url === '/silent') response.flushHeaders();
		else response.writeHead(request.url === '/no' ? 401 : 200).end('{"ok":1}');
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const bound = server.address();
	const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
	return {
		seen,
		trust: {authorities: certificate.authority},
		async connect(to) {
			if (to !== here) return fail({code: 'no-server', severity: 'error', what: `${to} is away.`, stillBlocking: true, next: ''});
			const socket = connectTcp(port, '127.0.0.1');
			await once(socket, 'connect');
			return ok(socket);
		},
	};
}

const question = (change: Partial<HttpsQuestion> = {}): HttpsQuestion => ({host: 'api.test', path: '/', addresses: [here], mostBytes: 4096, signal: AbortSignal.timeout(5000), ...change});

test('the answer comes with its status, and the name went along', async () => {
	const {connect, trust, seen} = await scene();
	expect(await httpsGet(question({path: '/list', headers: {authorization: 'Basic x'}}), connect, trust)).toMatchObject({ok: true, value: {status: 200, text: '{"ok":1}'}});
	expect(seen.at(-1)).toEqual({path: '/list', authorization: 'Basic x', host: 'api.test'});
	expect(await httpsGet(question({path: '/no'}), connect, trust)).toMatchObject({ok: true, value: {status: 401}});
});

test('the next address is tried where one is away, and all of them being away is said', async () => {
	const {connect, trust} = await scene();
	expect((await httpsGet(question({addresses: [address('192.0.2.1'), here]}), connect, trust)).ok).toBe(true);
	expect(await httpsGet(question({addresses: [address('192.0.2.1')]}), connect, trust)).toMatchObject({ok: false, error: {what: '192.0.2.1 is away.'}});
	expect(await httpsGet(question({addresses: []}), connect, trust)).toMatchObject({ok: false, error: {what: 'api.test could not be asked: no address is known.'}});
});

test('a certificate for another name, or of an authority nobody trusts, gets no question', async () => {
	const {connect, trust, seen} = await scene();
	const asked = seen.length;
	expect(await httpsGet(question({host: 'other.test'}), connect, trust)).toMatchObject({ok: false, error: {what: 'other.test could not be asked: ERR_TLS_CERT_ALTNAME_INVALID.'}});
	expect((await httpsGet(question(), connect)).ok).toBe(false);
	expect(seen).toHaveLength(asked);
});

test('an answer without end, and one that never comes, are given up', async () => {
	const {connect, trust} = await scene();
	expect(await httpsGet(question({path: '/long'}), connect, trust)).toMatchObject({ok: false, error: {what: expect.stringContaining('longer than 4 KiB')}});
	const abort = new AbortController();
	const asked = httpsGet(question({path: '/silent', signal: abort.signal}), connect, trust);
	setTimeout(() => abort.abort(), 50);
	expect((await asked).ok).toBe(false);
});
