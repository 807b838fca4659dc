/** Why nobody knows which address the world sees. Pure. */
import {formatAge} from '../format.ts';

type Unanswered = {readonly host: string; readonly atMs: number} | null;

/** The longest first; `otherwise` where nobody was asked yet. */
export const exitUnknown = (unanswered: Unanswered, nowMs: number, otherwise: string): readonly [string, ...string[]] =>
	(unanswered === null ? [otherwise] : [`asked ${formatAge(nowMs - unanswered.atMs)} ago, no answer from ${unanswered.host}`, `no answer from ${unanswered.host}`]);
