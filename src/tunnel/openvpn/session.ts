/**
 * One run of OpenVPN as its management interface tells it: lines in; what is known and what must be answered out. Pure, and
 * without secrets: who answers has them. Once it failed it stays so.
 */
import type {Endpoint} from '../../net/port.ts';
import type {Said} from './management.ts';
import {isKept, readPushed, type Pushed} from './pushed.ts';

export type Failure =
	/** The server, or our own private key, refused what it was told. */
	| {readonly kind: 'refused'; readonly realm: string}
	/** Nobody gave what it asks for. */
	| {readonly kind: 'missing'; readonly realm: string}
	| {readonly kind: 'wants-person'}
	/** It would have dialled another server than the pinhole is for. */
	| {readonly kind: 'stray-remote'}
	/** CONNECTED, but its routes or addresses failed: not connected. */
	| {readonly kind: 'half-connected'; readonly description: string}
	/** It came to its end; `reason` is OpenVPN's own word, `detail` the last complaint of its log. */
	| {readonly kind: 'ended'; readonly reason: string; readonly detail: string};

export interface Session {
	/** `held` once it said so: what is released before does not count (management_hold in manage.c). */
	readonly phase: 'starting' | 'held' | 'dialling' | 'connected' | 'failed';
	readonly failure: Failure | null;
	/** How far a dial came, in OpenVPN's words (WAIT, AUTH, GET_CONFIG). */
	readonly reached: string;
	readonly variables: ReadonlyMap<string, string>;
	/** Known once the link is there. */
	readonly pushed: Pushed | null;
	readonly receivedBytes: number;
	/** When bytes last came in on the wire, keepalives too. */
	readonly heardAtMs: number | null;
	readonly complaint: string;
}

/** What must be answered; in words that hold no secret. */
export type Answer =
	| {readonly kind: 'remote'}
	| {readonly kind: 'user'; readonly realm: string}
	| {readonly kind: 'passphrase'; readonly realm: string};

export interface SessionRules {
	/** The server that the pinhole is for. */
	readonly endpoint: Endpoint;
	/** What there is to answer with. */
	readonly has: {readonly user: boolean; readonly passphrase: boolean};
}

export interface SessionStep {
	readonly session: Session;
	readonly answers: readonly Answer[];
}

export const freshSession: Session = {phase: 'starting', failure: null, reached: '', variables: new Map(), pushed: null, receivedBytes: 0, heardAtMs: null, complaint: ''};

/** The hold was released: from here on another one is the end of this run. */
export const released = (session: Session): Session => (session.phase === 'held' || session.phase === 'starting' ? {...session, phase: 'dialling'} : session);

const mostVariables = 64;

export function hear(session: Session, said: Said, rules: SessionRules, nowMs: number): SessionStep {
	if (session.phase === 'failed') return stay(session);
	switch (said.kind) {
		case 'hold':
			// It begins held. Later it means that the connection is lost, and that it waits to be let dial again.
			if (session.phase === 'starting') return stay({...session, phase: 'held'});
			return session.phase === 'held' ? stay(session) : failed(session, {kind: 'ended', reason: 'hold', detail: session.complaint});
		case 'remote':
			if (said.host !== rules.endpoint.address || said.port !== rules.endpoint.port) return failed(session, {kind: 'stray-remote'});
			return {session, answers: [{kind: 'remote'}]};
		case 'need':
			return onNeed(session, said, rules);
		case 'refused':
			return failed(session, {kind: 'refused', realm: said.realm});
		case 'wants-person':
			return failed(session, {kind: 'wants-person'});
		case 'state':
			return onState(session, said, nowMs);
		case 'link':
			// A second one would have other addresses than those that the policy knows.
			if (session.phase === 'connected') return failed(session, {kind: 'ended', reason: 'link', detail: session.complaint});
			return stay({...session, variables: new Map(), pushed: null});
		case 'variable':
			if (!isKept(said.name) || session.variables.size >= mostVariables) return stay(session);
			return stay({...session, variables: new Map([...session.variables, [said.name, said.value]])});
		case 'variables-end':
			return stay({...session, pushed: readPushed(session.variables)});
		case 'bytes':
			return stay({...session, receivedBytes: said.received, heardAtMs: said.received > session.receivedBytes ? nowMs : session.heardAtMs});
		case 'log':
			return stay(isComplaint(said.flags, said.text) ? {...session, complaint: shown(said.text)} : session);
		case 'fatal':
			return failed(session, {kind: 'ended', reason: 'fatal', detail: shown(said.text)});
		case 'error':
		case 'other':
			return stay(session);
	}
}

/** The process is gone, or its socket is. */
export function ended(session: Session, reason: string): Session {
	return session.phase === 'failed' ? session : failed(session, {kind: 'ended', reason, detail: session.complaint}).session;
}

const stay = (session: Session): SessionStep => ({session, answers: []});
const failed = (session: Session, failure: Failure): SessionStep => stay({...session, phase: 'failed', failure});

function onNeed(session: Session, {realm, user, challenge}: Extract<Said, {kind: 'need'}>, {has}: SessionRules): SessionStep {
	if (challenge) return failed(session, {kind: 'wants-person'});
	if (realm === 'Auth' && user) return has.user ? {session, answers: [{kind: 'user', realm}]} : failed(session, {kind: 'missing', realm});
	if (realm === 'Private Key' && !user) return has.passphrase ? {session, answers: [{kind: 'passphrase', realm}]} : failed(session, {kind: 'missing', realm});
	return failed(session, {kind: 'wants-person'});
}

function onState(session: Session, {name, description}: Extract<Said, {kind: 'state'}>, nowMs: number): SessionStep {
	if (name === 'RECONNECTING' || name === 'EXITING') return failed(session, {kind: 'ended', reason: description, detail: session.complaint});
	if (name !== 'CONNECTED') return stay({...session, reached: name});
	if (description !== 'SUCCESS') return failed(session, {kind: 'half-connected', description});
	return stay({...session, reached: name, phase: 'connected', heardAtMs: nowMs});
}

/** Errors, fatal or not; what it says of a log-in is told by other lines, and may hold what the server answered. */
const isComplaint = (flags: string, text: string): boolean => (/[FN]/.test(flags) || text.startsWith('VERIFY ERROR')) && !text.startsWith('AUTH') && !text.startsWith('MANAGEMENT');

/** One line for a person: no control characters, not long. */
const shown = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '?').trim().slice(0, 160);
