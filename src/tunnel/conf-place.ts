/** Where a server stands: from comments in its file, else guessed from the file's name. */
import {fromComment} from './conf-comments.ts';
import type {ConfLine} from './conf-lines.ts';

export interface Place {
	readonly city: string | null;
	readonly country: string | null;
}

export function placeFor(id: string, lines: readonly ConfLine[]): Place {
	return {city: fromComment('city', lines), country: fromComment('country', lines) ?? countryFromName(id)};
}

// What providers put before the country: `wg-CH-12`, `mullvad-se1`, `AirVPN_SE_...`.
const prefix = /^(?:wg\d*|mullvad|proton(?:vpn)?|airvpn|nordvpn|ivpn|vpn)[-_.]/i;

/** `se-sto-wg-001`, `ch-zrh-1`, `us1234`, `CH-12`: a country code, and then something that shows that it is one. */
export function countryFromName(id: string): string | null {
	const name = id.replace(prefix, '');
	const lower = /^([a-z]{2})(?:[-_#.]?\d+|[-_.](?!vpn|net|box|wg)[a-z]{3})(?![a-z])/i.exec(name)?.[1];
	const upper = /^([A-Z]{2})(?![A-Za-z])/.exec(name)?.[1];
	const code = (lower ?? upper)?.toUpperCase();
	if (code === undefined) return null;
	if (code === 'UK') return 'GB';
	return new Intl.DisplayNames(['en'], {type: 'region', fallback: 'none'}).of(code) === undefined ? null : code;
}
