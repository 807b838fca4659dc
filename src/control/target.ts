/** What was typed as a target or a number, taken apart; whether it will do is for its reader to say. Pure. */

export interface Target {
	readonly place: string;
	/** What stands where a port would; null when nothing does. */
	readonly digits: string | null;
}

/** `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1`, `[2001:db8::1]:443`; null when it names no place. */
export function splitTarget(text: string, isPlace: (text: string) => boolean): Target | null {
	if (isPlace(text)) return {place: text, digits: null};
	const [, bracketed, plain, digits = null] = /^(?:\[([^\]]*)\]|([^:[\]]+))(?::(.*))?$/.exec(text) ?? [];
	const place = bracketed ?? plain;
	return place !== undefined && isPlace(place) ? {place, digits} : null;
}

/** The largest uid that is one (`(uid_t) -1` means none). */
const highestUid = 4_294_967_294;

export const wholeNumber = (text: string, highest: number): number | undefined => (/^\d{1,10}$/.test(text) && Number(text) <= highest ? Number(text) : undefined);
export const parseUid = (text: string): number | undefined => wholeNumber(text, highestUid);
