/** Why a command cannot be given now. Shown where the key would be; also what holds a repeated key back. */
import type {ViewState} from '../view.ts';

export type CommandAction = 'lockdown' | 'lift' | 'reconnect' | 'switch' | 'next' | 'drill' | 'drill-full' | 'allow' | 'revoke' | 'favourite' | 'checked' | 'measure' | 'confirm';

export function commandBlockedBy(action: CommandAction, state: ViewState): string | null {
	const {link, live} = state;
	if (state.replay !== null) return 'replay';
	if (link.kind !== 'open' || live.snapshot === null) return 'no daemon';
	if (state.readOnly || link.readOnly) return 'read-only';
	const locked = live.snapshot.state.kind === 'lockdown';
	const isPending = (what: string): boolean => state.pending.some(pending => pending.command.do === what);
	switch (action) {
		case 'lockdown':
			if (isPending('lockdown')) return 'lockdown on its way';
			// While a lift runs, a lockdown must still be able to overtake it.
			return locked && !isPending('lift') ? 'already in lockdown' : null;
		case 'lift':
			if (!locked) return 'not in lockdown';
			return isPending('lift') ? 'lift on its way' : null;
		case 'drill':
			return state.pending.length > 0 ? 'busy' : null;
		case 'drill-full':
			if (live.snapshot.state.kind !== 'connected' && live.snapshot.state.kind !== 'degraded') return 'not connected';
			return state.pending.length > 0 ? 'busy' : null;
		case 'allow':
			if (locked) return 'in lockdown';
			return isPending('allow') ? 'one is on its way' : null;
		case 'revoke':
			return isPending('revoke') ? 'one is on its way' : null;
		case 'favourite':
		case 'checked':
		case 'confirm':
			return isPending(action) ? 'on its way' : null;
		case 'measure':
		case 'reconnect':
		case 'switch':
		case 'next':
			if (locked) return 'in lockdown';
			return state.pending.length > 0 ? 'busy' : null;
	}
}
