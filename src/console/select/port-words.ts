/** The forwarded port in words; for panel, details and command line alike. */
import type {ForwardedPortView} from '../../control/port-schema.ts';
import {assertNever} from '../../result.ts';
import {formatAge} from '../format.ts';
import type {Tone} from '../theme.ts';

export interface PortWords {
	readonly text: string;
	readonly tone: Tone;
}

/** Null where none is wished for. */
export function portWords(port: ForwardedPortView, nowMs: number): PortWords | null {
	switch (port.kind) {
		case 'off':
			return null;
		case 'waiting':
			return {text: 'none without a verified tunnel', tone: 'plain'};
		case 'asking':
			return {text: 'being asked for', tone: 'plain'};
		case 'open': {
			const text = `${port.port} for TCP and UDP, since ${formatAge(Math.max(0, nowMs - port.sinceMs))}`;
			return port.trouble === null ? {text, tone: 'plain'} : {text: `${text}; ends soon: ${port.trouble}`, tone: 'warn'};
		}
		case 'refused':
			return {text: `none: ${port.cause}`, tone: 'warn'};
		default:
			return assertNever(port);
	}
}
