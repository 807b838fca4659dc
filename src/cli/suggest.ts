/** What somebody who typed this may have meant. */

export function suggestion(typed: string, known: readonly string[]): string | null {
	const ranked = known
		.map(name => ({name, distance: name.startsWith(typed) && typed.length > 1 ? 0 : distance(typed, name)}))
		.sort((a, b) => a.distance - b.distance);
	const best = ranked[0];
	return best !== undefined && best.distance <= Math.max(1, Math.floor(typed.length / 3)) ? best.name : null;
}

/** Levenshtein's, counting two letters in the wrong order as one mistake: that is the commonest one. */
function distance(a: string, b: string): number {
	let before: number[] = [];
	let previous = Array.from({length: b.length + 1}, (_, index) => index);
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const same = a[i - 1] === b[j - 1];
			const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
			row.push(
				Math.min(
					(previous[j] ?? 0) + 1,
					(row[j - 1] ?? 0) + 1,
					(previous[j - 1] ?? 0) + (same ? 0 : 1),
					swapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
				),
			);
		}
		before = previous;
		previous = row;
	}
	return previous[b.length] ?? 0;
}
