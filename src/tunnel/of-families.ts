/** Addresses of other families are left out, for a policy that blocks IPv6. */
import type {LinkAddress} from '../kernel/kernel.ts';
import {familyOf, type Family} from '../net/address.ts';

export const ofFamilies = (addresses: readonly LinkAddress[], families: readonly Family[]): readonly LinkAddress[] =>
	addresses.filter(({address}) => families.includes(familyOf(address)));
