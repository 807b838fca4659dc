/** For how long an address that was answered may be connected to, and what must be written for that. Pure. */
import {familyOf, type IpAddress} from '../net/address.ts';
import type {DomainName} from './name.ts';
import {portsOf} from './egress-policy.ts';
import {egressSet, type ScopePlan} from './plan.ts';

const leastSeconds = 60;
/** Nobody is told of a longer time either, so that who keeps to it asks again before the address is gone. */
const mostSeconds = 3600;
/** Who was answered in the last second of the record still has to connect. */
const graceSeconds = 30;

export const toldSeconds = (ttlSeconds: number): number => Math.min(ttlSeconds, mostSeconds);
export const heldSeconds = (ttlSeconds: number): number => Math.min(Math.max(ttlSeconds, leastSeconds), mostSeconds) + graceSeconds;

/** One transaction of additions; an address that is there already gets the new time. Empty where there is nothing to open. */
export function renderHold(table: string, scope: ScopePlan, name: DomainName, addresses: readonly IpAddress[], ttlSeconds: number): string {
	return ([4, 6] as const).flatMap(family => {
		const elements = addresses.filter(address => familyOf(address) === family).flatMap(address => portsOf(scope, name).map(port => `${address} . ${port} timeout ${heldSeconds(ttlSeconds)}s`));
		return elements.length === 0 ? [] : [`add element inet ${table} ${egressSet(scope, family)} { ${elements.join(', ')} }\n`];
	}).join('');
}
