/**
 * Gluetun's control server over a loop, as each version answers (internal/server): no content type but what Go's server makes
 * of the bytes, errors as plain text, and the quirks that clients stumble over.
 */
import {createServer} from 'node:http';
import type {IncomingMessage, Server} from 'node:http';
import {refusalOf} from './auth.ts';
import type {Role} from './auth.ts';
import type {VpnLoop} from './loop.ts';
import {override, renderSettings, validate} from './settings.ts';
import type {FakeSettings, KnownServer} from './settings.ts';
import type {GluetunVersion} from './versions.ts';

export interface FakeGluetun {
	readonly version: GluetunVersion;
	readonly roles: readonly Role[];
	readonly loop: VpnLoop;
	readonly servers: readonly KnownServer[];
	settings(): FakeSettings;
	change(settings: FakeSettings): void;
	/** Null while it is down, or was not asked for yet. */
	publicIp(): {readonly public_ip: string; readonly country?: string; readonly city?: string} | null;
	ports(): readonly number[];
	/** Told of every request, without what was sent along. */
	readonly seen?: (request: {readonly method: string; readonly path: string; readonly status: number}) => void;
}

interface Answer {
	readonly status: number;
	readonly text: string;
	readonly location?: string;
}

const json = (value: unknown): Answer => ({status: 200, text: `${JSON.stringify(value)}\n`});
const error = (text: string, status = 400): Answer => ({status, text: `${text}\n`});
const redirect = (status: number, location: string): Answer => ({status, location, text: `<a href="${location}">Moved</a>.\n\n`});

export function gluetunServer(fake: FakeGluetun): Server {
	return createServer((request, response) => {
		void answer(fake, request).then(({status, text, location, ...more}) => {
			fake.seen?.({method: request.method ?? '', path: (request.url ?? '').split('?')[0] ?? '', status});
			// Go sniffs it, and takes JSON for text.
			response.writeHead(status, {'content-type': 'text/plain; charset=utf-8', ...(location === undefined ? {} : {location}), ...('header' in more && more.header === true ? {'www-authenticate': 'Basic realm="restricted", charset="UTF-8"'} : {})});
			response.end(text);
		});
	});
}

async function answer(fake: FakeGluetun, request: IncomingMessage): Promise<Answer & {readonly header?: boolean}> {
	const {method = 'GET', url = '/', headers} = request;
	const parsed = new URL(url, 'http://gluetun');
	const key = headers['x-api-key'];
	const refusal = refusalOf({method, path: parsed.pathname, key: typeof key === 'string' ? key : undefined, queryKey: parsed.searchParams.get('api_key'), authorization: headers.authorization}, fake.version, fake.roles);
	const body = await readBody(request);
	if (refusal !== null) return {...error(refusal.text, refusal.status), header: refusal.asksForPassword};
	// Handlers compare the whole request line, query included.
	const path = url.replace(/\/$/, '');
	return path.startsWith('/v1/') ? versioned(fake, method, path.slice(3), body) : unversioned(fake, method, path);
}

async function versioned(fake: FakeGluetun, method: string, path: string, body: string): Promise<Answer> {
	const {version} = fake;
	if (path === '/version' && method === 'GET') return json({version: version.name, commit: '0123abc', created: '2026-01-01T00:00:00Z'});
	if (path.startsWith('/vpn') && version.vpnRoutes) return vpn(fake, method, path.slice(4), body);
	if (path.startsWith('/openvpn')) return openvpn(fake, method, path.slice(8), body);
	if (path.startsWith('/publicip')) {
		if (path !== '/publicip/ip') return error(`route ${path.slice(9)} not supported`);
		return method === 'GET' ? json(fake.publicIp() ?? {public_ip: ''}) : error(`method ${method} not supported`);
	}
	if (path.startsWith('/portforward') && version.portForwardRoute) {
		const [port = 0] = fake.ports();
		if (method === 'GET') return json({port, ports: fake.ports().length === 0 ? null : fake.ports()});
		return method === 'PUT' && version.setsPorts ? {status: 200, text: ''} : error(`method ${method} not supported`);
	}
	if (path.startsWith('/dns') || path.startsWith('/updater')) return json({status: 'completed'});
	return error(`${method} ${path} not found`, version.vpnRoutes ? 400 : 404);
}

async function vpn(fake: FakeGluetun, method: string, path: string, body: string): Promise<Answer> {
	const {loop} = fake;
	switch (`${method} ${path}`) {
		case 'GET /status':
			return json({status: loop.status()});
		case 'PUT /status':
			return setStatus(body, wanted => loop.apply(wanted));
		case 'GET /settings':
			return json(renderSettings(fake.settings()));
		case 'PUT /settings':
			return putSettings(fake, body);
		default:
			return error(path === '/status' || path === '/settings' ? `method ${method} not supported` : `route ${path} not supported`);
	}
}

async function openvpn(fake: FakeGluetun, method: string, path: string, body: string): Promise<Answer> {
	const {loop, version} = fake;
	switch (`${method} ${path}`) {
		case 'GET /status':
			return json({status: fake.settings().type === 'openvpn' ? loop.status() : 'stopped'});
		case 'PUT /status':
			return setStatus(body, async wanted => {
				if (wanted === 'stopped' || fake.settings().type === 'openvpn') return loop.apply(wanted);
				// It means to start OpenVPN, and so it does.
				return applySettings(fake, {...fake.settings(), type: 'openvpn'});
			});
		case 'GET /settings':
			return json((renderSettings(fake.settings()) as {readonly openvpn: unknown}).openvpn);
		case 'GET /portforwarded': {
			if (version.portForwardRoute) return redirect(301, '/v1/portforward');
			const [port = 0, ...more] = fake.ports();
			return json(more.length === 0 ? {port} : {ports: fake.ports()});
		}
		default:
			return version.vpnRoutes ? error(['/status', '/settings', '/portforwarded'].includes(path) ? `method ${method} not supported` : `route ${path} not supported`) : error('', 404);
	}
}

async function unversioned(fake: FakeGluetun, method: string, path: string): Promise<Answer> {
	if (method !== 'GET') return error('unversioned API: only supports GET method');
	switch (path) {
		case '/version':
			return redirect(308, '/v1/version');
		case '/openvpn/portforwarded':
			return redirect(308, '/v1/portforward');
		case '/openvpn/actions/restart':
			await fake.loop.apply('stopped');
			await fake.loop.apply('running');
			return {status: 200, text: 'openvpn restarted, please consider using the /v1/ API in the future.'};
		default:
			return error('unversioned API: requested URI not found');
	}
}

async function setStatus(body: string, apply: (wanted: 'running' | 'stopped') => Promise<string>): Promise<Answer> {
	const data = decode(body);
	if (typeof data === 'string') return error(data);
	const {status = ''} = data as {readonly status?: unknown};
	if (status !== 'running' && status !== 'stopped') return error(`invalid status: ${String(status)}: possible values are: stopped, running`);
	return json({outcome: await apply(status)});
}

async function putSettings(fake: FakeGluetun, body: string): Promise<Answer> {
	const data = decode(body);
	if (typeof data === 'string') return error(data);
	const changed = override(fake.settings(), data);
	const wrong = validate(changed, fake.servers);
	return wrong === null ? {status: 200, text: await applySettings(fake, changed)} : error(wrong);
}

async function applySettings(fake: FakeGluetun, changed: FakeSettings): Promise<string> {
	if (JSON.stringify(changed) === JSON.stringify(fake.settings())) return 'settings left unchanged';
	fake.change(changed);
	await fake.loop.apply('stopped');
	return fake.loop.apply('running');
}

/** The text of Go's decoder where it is no JSON. */
function decode(body: string): unknown {
	if (body.trim() === '') return 'EOF';
	try {
		const data: unknown = JSON.parse(body);
		return typeof data === 'string' ? 'json: cannot unmarshal string into Go value' : data;
	} catch {
		return `invalid character '${body.trim()[0]}' looking for beginning of value`;
	}
}

async function readBody(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
	return Buffer.concat(chunks).toString('utf8');
}
