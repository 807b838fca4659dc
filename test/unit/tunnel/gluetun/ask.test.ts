/** One question over HTTP: bounded, told in a header, and never led to another server. */
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {afterEach, expect, test} from 'vitest';
import {gluetunAsker, type AskGluetun} from '../../../../src/tunnel/gluetun/ask.ts';
import {isSelected, offerText, parseChoice, parseOffer, selectionFor} from '../../../../src/tunnel/gluetun/choice.ts';
import {ip, portOf} from '../../../helpers/situations.ts';

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach(close => close()));
const never = new AbortController().signal;

async function asking(serve: (request: IncomingMessage, response: ServerResponse) => void, getWithinMs = 30_000): Promise<{readonly ask: AskGluetun; readonly paths: string[]}> {
	const paths: string[] = [];
	const server = createServer((request, response) => {
		paths.push(request.url ?? '');
		serve(request, response);
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	closing.push(() => {
		server.closeAllConnections();
		server.close();
	});
	const address = {host: ip('127.0.0.1'), port: portOf((server.address() as AddressInfo).port)};
	return {paths, ask: gluetunAsker({address, account: () => ({apiKey: 'secret', user: null, password: null}), getWithinMs})};
}

const get = {method: 'GET', path: '/v1/vpn/status'} as const;

test('the key is in a header and not in the path', async () => {
	const {ask, paths} = await asking((request, response) => response.end(String(request.headers['x-api-key'])));
	expect(await ask(get, never)).toEqual({ok: true, value: {status: 200, text: 'secret'}});
	expect(paths).toEqual(['/v1/vpn/status']);
});

test('a redirect is followed on the same server alone, and not for ever', async () => {
	const here = await asking((request, response) => (request.url === '/a' ? response.writeHead(301, {location: '/b'}).end() : response.end('b')));
	expect(await here.ask({method: 'GET', path: '/a'}, never)).toEqual({ok: true, value: {status: 200, text: 'b'}});
	const away = await asking((_request, response) => response.writeHead(308, {location: 'http://203.0.113.80/'}).end());
	expect(await away.ask(get, never)).toEqual({ok: false, error: 'it sends us to another server'});
	const circle = await asking((_request, response) => response.writeHead(301, {location: '/round'}).end());
	expect(await circle.ask(get, never)).toEqual({ok: false, error: 'it sends us round in circles'});
	expect(circle.paths).toHaveLength(4);
	const order = await asking((_request, response) => response.writeHead(301, {location: '/b'}).end());
	expect(await order.ask({method: 'PUT', path: '/a', body: '{}'}, never)).toMatchObject({ok: true, value: {status: 301}});
});

test('who says nothing, says too much or hangs up is told apart', async () => {
	const silent = await asking(() => undefined, 50);
	expect(await silent.ask(get, never)).toEqual({ok: false, error: 'it did not answer in time'});
	const long = await asking((_request, response) => response.end('x'.repeat(300 * 1024)));
	expect(await long.ask(get, never)).toEqual({ok: false, error: 'its answer is longer than 256 KiB'});
	const broken = await asking(request => request.socket.destroy());
	expect(await broken.ask(get, never)).toEqual({ok: false, error: 'ECONNRESET'});
	const drips = await asking((_request, response) => response.write('x'), 50);
	expect(await drips.ask(get, never)).toEqual({ok: false, error: 'it did not answer in time'});
	const nobody = gluetunAsker({address: {host: ip('127.0.0.1'), port: portOf(1)}, account: () => ({apiKey: null, user: null, password: null})});
	expect(await nobody(get, never)).toEqual({ok: false, error: 'ECONNREFUSED'});
});

test.each([
	['Sweden', {by: 'country', value: 'Sweden'}],
	['country:United Kingdom', {by: 'country', value: 'United Kingdom'}],
	['city:Zurich', {by: 'city', value: 'Zurich'}],
	['hostname:se-sto-wg-001', {by: 'hostname', value: 'se-sto-wg-001'}],
	['planet:Mars', null],
	['city:', null],
	['', null],
	['a\u0007b', null],
	['x'.repeat(101), null],
])('the choice %j', (text, choice) => {
	expect(parseChoice(text)).toEqual(choice);
});

test.each([
	['Sweden', 'Sweden', 'country:Sweden'],
	['zurich = city:Zurich', 'zurich', 'city:Zurich'],
	['se=Sweden', 'se', 'Sweden'],
])('the offer %j is called %s', (text, id, choice) => {
	const offer = parseOffer(text);
	expect(offer).toEqual({id, choice: parseChoice(choice)});
	expect(offer !== null && parseOffer(offerText(offer))).toEqual(offer);
});

test.each(['=Sweden', 'a b=Sweden', 'a=b=Sweden', 'a/b', 'zurich='])('%j is no offer', text => expect(parseOffer(text)).toBeNull());

test('what is selected beside it makes it another selection', () => {
	const wanted = selectionFor({by: 'country', value: 'Sweden'});
	const {countries: _countries, ...rest} = wanted;
	expect(isSelected(wanted, {...rest, countries: ['sweden']})).toBe(true);
	expect(isSelected(wanted, {...wanted, cities: ['Malmo']})).toBe(false);
	expect(isSelected(wanted, {...rest, countries: ['Sweden', 'Norway']})).toBe(false);
});
