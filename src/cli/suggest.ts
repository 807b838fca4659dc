/** What somebody who typed this may have meant. */
import {editDistance} from '../edit-distance.ts';

export function suggestion(typed: string, known: readonly string[]): string | null {
	const ranked = known
		.map(name => ({name, distance: name.startsWith(typed) && typed.length > 1 ? 0 : editDistance(typed, name)}))
		.sort((a, b) => a.distance - b.distance);
	const best = ranked[0];
	return best !== undefined && best.distance <= Math.max(1, Math.floor(typed.length / 3)) ? best.name : null;
}
