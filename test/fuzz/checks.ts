/** What well-formed means, for the values that several parsers make. */
import assert from 'node:assert/strict';
import type {WireguardFacts} from '../../src/kernel/kernel.ts';
import {parseIp, type IpAddress} from '../../src/net/address.ts';
import type {Problem} from '../../src/problem.ts';

/** By value: fast-check's records have no prototype, and a buffer is its bytes. */
export const checkSame = (actual: unknown, expected: unknown): void => assert.deepEqual(structuredClone(actual), structuredClone(expected));

export const checkIp = (address: IpAddress): void => assert.equal(parseIp(address), address);

export const checkCount = (value: number): void => assert.ok(Number.isFinite(value) && value >= 0, `${value} is no count`);

/** One line, said to a person: what failed and what to do next, and nothing a terminal would obey. */
export function checkText(text: string): void {
	assert.notEqual(text, '');
	assert.ok(!/\p{Cc}/u.test(text), `control characters in ${JSON.stringify(text)}`);
}

export function checkProblem({what, next}: Problem): void {
	assert.notEqual(what, '');
	assert.notEqual(next, '');
}

export function checkWireguardFacts(facts: WireguardFacts | null, text: string): void {
	if (facts === null) return;
	checkCount(facts.rxBytes);
	checkCount(facts.txBytes);
	assert.ok(facts.handshakeAtMs === null || Number.isFinite(facts.handshakeAtMs));
	assert.ok(facts.keepaliveSeconds === null || facts.keepaliveSeconds > 0);
	assert.ok(facts.endpoint === null || text.includes(facts.endpoint));
}
