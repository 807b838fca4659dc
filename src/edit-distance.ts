/** How many slips of the hand lie between two words, for suggestions. */

/** Optimal string alignment: insert, delete, replace, or swap of two neighbours, each costs one. */
export function editDistance(a: string, b: string): number {
	let before: number[] = [];
	let previous = Array.from({length: b.length + 1}, (_, column) => column);
	for (let row = 1; row <= a.length; row += 1) {
		const current = [row];
		for (let column = 1; column <= b.length; column += 1) {
			const same = a[row - 1] === b[column - 1];
			const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
			current.push(
				Math.min(
					at(previous, column) + 1,
					at(current, column - 1) + 1,
					at(previous, column - 1) + (same ? 0 : 1),
					swapped ? at(before, column - 2) + 1 : Number.POSITIVE_INFINITY,
				),
			);
		}
		[before, previous] = [previous, current];
	}
	return at(previous, b.length);
}

const at = (row: readonly number[], column: number): number => row[column] ?? Number.POSITIVE_INFINITY;
