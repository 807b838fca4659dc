/** The keys a WireGuard file may hold, and what vks does with each (wg(8), wg-quick(8)). */

export type Section = 'Interface' | 'Peer';

export interface KnownKey {
	readonly name: string;
	readonly section: Section;
	/** `once` and `list` are used; the rest is read only to say why it is not. */
	readonly use: 'once' | 'list' | 'hook' | 'ignored' | 'amnezia';
	/** Why an ignored key is ignored. */
	readonly why?: string;
}

const own = (section: Section, use: KnownKey['use'], names: readonly string[], why?: string): readonly KnownKey[] =>
	names.map(name => (why === undefined ? {name, section, use} : {name, section, use, why}));

export const knownKeys: readonly KnownKey[] = [
	...own('Interface', 'once', ['PrivateKey', 'ListenPort', 'MTU']),
	...own('Interface', 'list', ['Address', 'DNS']),
	...own('Interface', 'hook', ['PreUp', 'PostUp', 'PreDown', 'PostDown']),
	...own('Interface', 'ignored', ['Table'], 'vks routes by itself'),
	...own('Interface', 'ignored', ['FwMark'], 'vks sets a mark of its own'),
	...own('Interface', 'ignored', ['SaveConfig'], 'vks never writes to a server file'),
	// The Android app writes these.
	...own('Interface', 'ignored', ['IncludedApplications', 'ExcludedApplications'], 'vks guards every application'),
	// AmneziaWG, versions 1 to 2 (amneziawg-tools src/config.c).
	...own('Interface', 'amnezia', ['Jc', 'Jmin', 'Jmax', 'S1', 'S2', 'S3', 'S4', 'H1', 'H2', 'H3', 'H4', 'I1', 'I2', 'I3', 'I4', 'I5', 'J1', 'J2', 'J3', 'Itime']),
	...own('Peer', 'amnezia', ['AdvancedSecurity']),
	...own('Peer', 'once', ['PublicKey', 'PresharedKey', 'Endpoint', 'PersistentKeepalive']),
	...own('Peer', 'list', ['AllowedIPs']),
];

export function findKey(name: string): KnownKey | null {
	const wanted = name.toLowerCase();
	return knownKeys.find(key => key.name.toLowerCase() === wanted) ?? null;
}

/** The known key that is nearest to a misspelt one, when it is near enough to be meant. */
export function nearestKey(name: string): string | null {
	const wanted = name.toLowerCase();
	const candidates = knownKeys
		.filter(key => key.use !== 'amnezia')
		.map(key => ({name: key.name, distance: editDistance(wanted, key.name.toLowerCase())}))
		.sort((a, b) => a.distance - b.distance);
	const best = candidates[0];
	return best !== undefined && best.distance <= Math.max(1, Math.floor(wanted.length / 3)) ? best.name : null;
}

function editDistance(a: string, b: string): number {
	let previous = Array.from({length: b.length + 1}, (_, index) => index);
	for (let row = 1; row <= a.length; row++) {
		const current = [row];
		for (let column = 1; column <= b.length; column++) {
			const swap = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
			current.push(Math.min(swap, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
		}
		previous = current;
	}
	return previous[b.length] ?? 0;
}
