/** Where the engine's own rules are nftables: a table of one's own, asked before them, and gone in one piece. Pure. */
import type {Change} from './change.ts';

interface Asked {
	readonly hook: 'forward' | 'input';
	/** As `nft add rule` takes it. */
	readonly rule: string;
}

/**
 * What a chain drops is gone, whatever the engine's own accepts; an accept of its own only ends its chain. The engine makes
 * its tables anew at each start, and leaves others alone (docs.docker.com/engine/network/firewall-nftables).
 */
export function ownTable(family: 'ip' | 'ip6' | 'inet', name: string, asked: readonly Asked[]): Change {
	const table = `${family} ${name}`;
	const hooks = (['forward', 'input'] as const).filter(hook => asked.some(each => each.hook === hook));
	const script = [
		`add table ${table}`,
		...hooks.map(hook => `add chain ${table} ${hook} { type filter hook ${hook} priority filter - 10; policy accept; }`),
		...asked.map(({hook, rule}) => `add rule ${table} ${hook} ${rule}`),
	];
	return {commands: [['nft', script.join('; ')]], undo: [['nft', 'delete', 'table', family, name]]};
}
