/** Tells private keys apart without telling anything of them. */
import {createHmac} from 'node:crypto';

/** Who knows salt and mark cannot get back: a WireGuard key has 2^252 values, and nobody tries those. */
export const keyMark = (salt: Uint8Array, key: string): string => createHmac('sha256', salt).update('vks key age\0').update(key).digest('hex').slice(0, 32);
