/** Names of network interfaces, as the kernel takes them and as nft text can carry them. */
import type {Brand} from './brand.ts';

export type InterfaceName = Brand<string, 'InterfaceName'>;

/**
 * At most 15 bytes (IFNAMSIZ - 1, linux/if.h). The kernel forbids only `/`, `:` and white space; vks forbids everything
 * outside this set too: a quote would end a string in nft text, and an `@` cannot stand in a counter's name, which rules for
 * one interface carry.
 */
export function parseInterfaceName(text: string): InterfaceName | null {
	return /^[A-Za-z0-9_.-]{1,15}$/.test(text) && text !== '.' && text !== '..' ? (text as InterfaceName) : null;
}

export const loopback = 'lo' as InterfaceName;
