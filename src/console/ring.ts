/**
 * The newest items of a stream, as an immutable value. It is made of chunks: adding copies the last one and the list of them,
 * never ten thousand items, and whoever derives something from a full chunk can keep it for as long as the chunk lives.
 */

export interface Ring<T> {
	/** So many of the newest are held for certain, and up to a chunk more: the oldest go a chunk at a time. */
	readonly limit: number;
	readonly length: number;
	/** Oldest first; all but the last are full and stay the same value until they go. */
	readonly chunks: ReadonlyArray<readonly T[]>;
}

const chunksInRing = 40;

export const emptyRing = <T>(limit: number): Ring<T> => ({limit, length: 0, chunks: []});

export function append<T>(ring: Ring<T>, items: readonly T[]): Ring<T> {
	if (items.length === 0) return ring;
	const size = Math.max(1, Math.floor(ring.limit / chunksInRing));
	// More than it holds leaves nothing of what there was.
	if (items.length > ring.limit) return append(emptyRing(ring.limit), items.slice(-ring.limit));
	const chunks = [...ring.chunks];
	const last = chunks.at(-1);
	let taken = 0;
	if (last !== undefined && last.length < size) {
		taken = size - last.length;
		chunks[chunks.length - 1] = [...last, ...items.slice(0, taken)];
	}
	for (; taken < items.length; taken += size) chunks.push(items.slice(taken, taken + size));
	let length = ring.length + items.length;
	let gone = 0;
	for (let oldest = chunks[0]; oldest !== undefined && length - oldest.length >= ring.limit; oldest = chunks[gone]) {
		length -= oldest.length;
		gone += 1;
	}
	return {limit: ring.limit, length, chunks: gone === 0 ? chunks : chunks.slice(gone)};
}

export const newestOf = <T>(ring: Ring<T>): T | undefined => ring.chunks.at(-1)?.at(-1);

/** Up to the first that is not wanted any more: full chunks stay the same value, so that what was made of them is kept. */
export function until<T>(ring: Ring<T>, isWanted: (item: T) => boolean): Ring<T> {
	const chunks: Array<readonly T[]> = [];
	for (const chunk of ring.chunks) {
		const last = chunk.at(-1);
		if (last === undefined || isWanted(last)) {
			chunks.push(chunk);
			continue;
		}
		const end = chunk.findIndex(item => !isWanted(item));
		if (end > 0) chunks.push(chunk.slice(0, end));
		break;
	}
	return {limit: ring.limit, length: chunks.reduce((sum, chunk) => sum + chunk.length, 0), chunks};
}

/** Oldest first, as one list: for what is written or sent, not for what is drawn. */
export const itemsOf = <T>(ring: Ring<T>): readonly T[] => ring.chunks.flat();

/** Newest first, whatever is made of each chunk (whose items stand oldest first). */
export function newestFirst<T, Row>(ring: Ring<T>, rowsOf: (chunk: readonly T[]) => readonly Row[]): readonly Row[] {
	const rows: Row[] = [];
	for (let chunk = ring.chunks.length - 1; chunk >= 0; chunk--) {
		const of = rowsOf(ring.chunks[chunk] ?? []);
		for (let index = of.length - 1; index >= 0; index--) {
			const row = of[index];
			if (row !== undefined) rows.push(row);
		}
	}
	return rows;
}
