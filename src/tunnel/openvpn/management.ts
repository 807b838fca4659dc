/** What OpenVPN says on its management interface, line by line (doc/management-notes.txt; recorded from 2.6.14). Pure. */
import {parseIp, type IpAddress} from '../../net/address.ts';
import {parsePort, type Port} from '../../net/port.ts';

export type Said =
	/** It waits, and dials nobody. */
	| {readonly kind: 'hold'}
	/** It asks whether it may dial this; null where that cannot be read. */
	| {readonly kind: 'remote'; readonly host: IpAddress | null; readonly port: Port | null}
	/** It asks for what `realm` needs: `Auth`, `Private Key`. A challenge wants a person. */
	| {readonly kind: 'need'; readonly realm: string; readonly user: boolean; readonly challenge: boolean}
	| {readonly kind: 'refused'; readonly realm: string}
	/** `name` as in `CONNECTED`; `description` as in `SUCCESS` or `ping-restart`. */
	| {readonly kind: 'state'; readonly name: string; readonly description: string}
	| {readonly kind: 'link'; readonly up: boolean}
	| {readonly kind: 'variable'; readonly name: string; readonly value: string}
	| {readonly kind: 'variables-end'}
	/** Bytes on the wire, the keepalive included. */
	| {readonly kind: 'bytes'; readonly received: number; readonly sent: number}
	| {readonly kind: 'log'; readonly flags: string; readonly text: string}
	| {readonly kind: 'fatal'; readonly text: string}
	/** It wants a web page opened, a card put in, or the like. */
	| {readonly kind: 'wants-person'}
	| {readonly kind: 'error'; readonly text: string}
	| {readonly kind: 'other'};

/** Longer ones are cut: nothing that is looked at is. */
const longestLine = 4096;

export function parseSaid(raw: string): Said {
	const line = raw.slice(0, longestLine).replace(/\r$/, '');
	if (line.startsWith('ERROR: ')) return {kind: 'error', text: line.slice(7)};
	const colon = line.indexOf(':');
	if (!line.startsWith('>') || colon === -1) return {kind: 'other'};
	const rest = line.slice(colon + 1);
	switch (line.slice(1, colon)) {
		case 'HOLD':
			return {kind: 'hold'};
		case 'REMOTE':
			return parseRemote(rest);
		case 'PASSWORD':
			return parsePassword(rest);
		case 'STATE':
			return parseState(rest);
		case 'UPDOWN':
			return parseUpDown(rest);
		case 'BYTECOUNT':
			return parseBytes(rest);
		case 'LOG':
			return parseLog(rest);
		case 'FATAL':
			return {kind: 'fatal', text: rest};
		case 'INFOMSG':
		case 'NEED-OK':
		case 'NEED-STR':
		case 'PK_SIGN':
		case 'RSA_SIGN':
		case 'NEED-CERTIFICATE':
			return {kind: 'wants-person'};
		default:
			return {kind: 'other'};
	}
}

/** `192.0.2.77,1194,udp`; an IPv6 address holds no comma either. */
function parseRemote(text: string): Said {
	const [host = '', port = ''] = text.split(',');
	return {kind: 'remote', host: parseIp(host), port: parsePort(port)};
}

/** `Need 'Auth' username/password SC:1,Code` · `Verification Failed: 'Auth' ['CRV1:…']` · `Auth-Token:…`, which is a secret. */
function parsePassword(text: string): Said {
	const need = /^Need '([^']{1,64})' (username\/password|password)(.*)$/.exec(text);
	if (need !== null) return {kind: 'need', realm: need[1] ?? '', user: need[2] !== 'password', challenge: /^ *(?:SC:|CR)/.test(need[3] ?? '')};
	const refused = /^Verification Failed: '([^']{1,64})'/.exec(text);
	return refused === null ? {kind: 'other'} : {kind: 'refused', realm: refused[1] ?? ''};
}

/** `1795245527,CONNECTED,SUCCESS,10.9.0.2,…` */
function parseState(text: string): Said {
	const [, name = '', description = ''] = text.split(',');
	return {kind: 'state', name, description};
}

function parseUpDown(text: string): Said {
	if (text === 'UP' || text === 'DOWN') return {kind: 'link', up: text === 'UP'};
	if (text === 'ENV,END') return {kind: 'variables-end'};
	const variable = /^ENV,([A-Za-z0-9_]{1,64})=(.*)$/.exec(text);
	return variable === null ? {kind: 'other'} : {kind: 'variable', name: variable[1] ?? '', value: variable[2] ?? ''};
}

function parseBytes(text: string): Said {
	const found = /^(\d{1,15}),(\d{1,15})$/.exec(text);
	return found === null ? {kind: 'other'} : {kind: 'bytes', received: Number(found[1]), sent: Number(found[2])};
}

/** `time,flags,text`; flags may be empty. A state is logged again as `MANAGEMENT: >STATE:…`, which is no state. */
function parseLog(text: string): Said {
	const found = /^\d*,([A-Z]*),(.*)$/.exec(text);
	return found === null ? {kind: 'other'} : {kind: 'log', flags: found[1] ?? '', text: found[2] ?? ''};
}
