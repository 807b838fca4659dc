/** Whether the records are a sample of what was refused: each rule logs so many packets a second, and counts them all. */
import type {Snapshot} from '../../control/schema.ts';

/** What one rule logs (policy/render.ts); below it none is left out. */
const loggedPerSecond = 500;

/** What share of the refused packets has a record, in words; null when all have one, as far as is known. */
export function sampleWord({drops: {perSecond, recordedPerSecond}}: Pick<Snapshot, 'drops'>): string | null {
	if (perSecond <= loggedPerSecond || recordedPerSecond === 0 || recordedPerSecond > perSecond * 0.8) return null;
	return `1 in ${Math.round(perSecond / recordedPerSecond)} recorded`;
}
