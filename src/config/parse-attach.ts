/** A tunnel of somebody else's: its interface, the servers it may reach, and who is asked to connect it again. */
import {loopback, parseInterfaceName, type InterfaceName} from '../net/interface-name.ts';
import {isLoopback, parseIp} from '../net/address.ts';
import {parsePort, type Endpoint} from '../net/port.ts';
import {ok} from '../result.ts';
import type {GluetunAddress} from '../tunnel/gluetun/ask.ts';
import {parseOffer, type GluetunOffer} from '../tunnel/gluetun/choice.ts';
import {parseResolver} from './parse-addresses.ts';
import {faulty, type Parsed} from './parse-text.ts';

export function parseAttachInterface(text: string): Parsed<InterfaceName | null> {
	if (text === '') return ok(null);
	const name = parseInterfaceName(text);
	return name === null || name === loopback ? faulty({value: text, wrong: name === null ? 'is not the name of an interface' : 'is loopback, which cannot be a tunnel'}) : ok(name);
}

/** `198.51.100.7:1194/udp` or `[2001:db8::7]:443/tcp`. */
export function parseAttachEndpoint(text: string): Parsed<Endpoint> {
	const [, six, four, number, transport] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})\/(udp|tcp)$/i.exec(text) ?? [];
	const host = six ?? four ?? '';
	const port = parsePort(number ?? '');
	if (port === null || transport === undefined) return faulty({value: text, wrong: 'is not an address with port and protocol'});
	// What may be a resolver may be a server: neither loopback, nor a group, nor a name.
	const address = parseResolver(host);
	if (!address.ok) return faulty({value: text, wrong: parseIp(host) === null ? 'does not begin with an address: vks opens no names' : 'cannot be the address of a server'});
	return ok({address: address.value, port, transport: transport.toLowerCase() === 'tcp' ? 'tcp' : 'udp'});
}

/** On loopback only: no name is looked up for it, and no key leaves the namespace. */
export function parseGluetunUrl(text: string): Parsed<GluetunAddress> {
	const [, six, four, number = '', rest] = /^http:\/\/(?:\[([^\]]+)\]|([^:/[\]]+))(?::(\d{1,5}))?(\/.*)?$/i.exec(text) ?? [];
	const host = parseIp(four?.toLowerCase() === 'localhost' ? '127.0.0.1' : (six ?? four ?? ''));
	const port = parsePort(number === '' ? 80 : number);
	if (port === null || host === null || (rest !== undefined && rest !== '/')) return faulty({value: text, wrong: 'is not http://, an address and a port'});
	return isLoopback(host) ? ok({host, port}) : faulty({value: text, wrong: 'is not an address of this namespace', right: 'Write its loopback address: Gluetun shares the namespace, and whoever hears the key may order it.'});
}

export function parseGluetunServer(text: string): Parsed<GluetunOffer> {
	const offer = parseOffer(text);
	if (offer === null) return faulty({value: text, wrong: 'is neither a country, city:NAME nor hostname:NAME'});
	return offer.id.toLowerCase() === 'gluetun' ? faulty({value: text, wrong: 'bears the name of what Gluetun chooses itself'}) : ok(offer);
}

/** Goes into a header of HTTP: what is not ASCII has no one spelling there, and Gluetun compares bytes. */
export const isHeaderText = (text: string): boolean => /^[!-~](?:[ -~]{0,248}[!-~])?$/.test(text);
