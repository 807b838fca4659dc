/** The known word an unknown one was probably meant to be. */
import {editDistance} from '../edit-distance.ts';

/** The closest candidate, or null when none is close enough to be a slip of the hand. */
export function nearest(word: string, candidates: readonly string[]): string | null {
	const ranked = candidates
		.map(candidate => ({candidate, distance: editDistance(essence(word), essence(candidate))}))
		.sort((a, b) => a.distance - b.distance);
	const [best] = ranked;
	if (best === undefined) return null;
	return best.distance <= Math.max(2, Math.floor(essence(best.candidate).length / 3)) ? best.candidate : null;
}

/** Prefix, case and separators carry no meaning here: `VKS_DOCKER_DNS`, `docker-dns` and `dockerDns` are one thing. */
const essence = (word: string): string => word.slice(0, 64).toLowerCase().replace(/^vks_/, '').replace(/[-_]/g, '');
