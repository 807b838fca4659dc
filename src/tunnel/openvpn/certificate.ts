/** From when to when the certificates of an .ovpn file are valid. Pure; what cannot be read has no dates, and OpenVPN says why. */
import {X509Certificate} from 'node:crypto';

export interface Validity {
	/** Of the client's own certificate; Unix milliseconds. */
	readonly fromMs: number;
	/** The earliest end: of that certificate, or of the last authority in the file that is still to end. */
	readonly untilMs: number;
}

/** Null without a certificate of the client's: who signs in with a password has none. */
export function validityOf(material: ReadonlyMap<string, string>): Validity | null {
	// The first is the client's own; those behind it lead to the authority.
	const [own] = datesIn(material.get('cert') ?? '');
	if (own === undefined) return null;
	const authorities = datesIn(material.get('ca') ?? '').map(({untilMs}) => untilMs);
	return {fromMs: own.fromMs, untilMs: Math.min(own.untilMs, ...(authorities.length === 0 ? [] : [Math.max(...authorities)]))};
}

const sections = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]+-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

function datesIn(pem: string): readonly Validity[] {
	return [...pem.matchAll(sections)].flatMap(([text]) => {
		try {
			const {validFrom, validTo} = new X509Certificate(text);
			const dates = {fromMs: Date.parse(validFrom), untilMs: Date.parse(validTo)};
			return Number.isFinite(dates.fromMs) && Number.isFinite(dates.untilMs) ? [dates] : [];
		} catch {
			return [];
		}
	});
}
