/** Full-width lines below the header: what must not be missed, most important first. None when all is well. */
import {formatAge, formatClock, formatCountdown} from '../format.ts';
import {keyFor} from '../keymap.ts';
import type {Tone} from '../theme.ts';
import type {Replay, ViewState} from '../view.ts';
import {noServerSteps} from './first-run.ts';
import {causeTexts, proofWord, stateWords, withoutState} from './truth.ts';

export interface Banner {
	readonly id: 'link' | 'proof' | 'confirm' | 'drill' | 'lockdown' | 'network' | 'state' | 'then' | 'replay';
	readonly text: string;
	readonly tone: Tone;
}

export function selectBanners(state: ViewState): readonly Banner[] {
	const {snapshot} = state.live;
	if (snapshot === null) return [];
	const banners: Banner[] = [];
	const proof = proofWord(state);
	if (state.link.kind !== 'open') {
		banners.push({id: 'link', tone: 'alarm', text: state.target?.far === true ? `NO CONNECTION  ${state.link.kind === 'down' ? state.link.problem.what : 'trying again.'} What is shown is old; the policy there stays in its kernel.` : 'NO DAEMON  connection lost, trying again. Its policy stays in the kernel; what is shown is old. `vks run` starts one'});
	} else if (proof.bad) {
		const blocking = snapshot.problems.find(problem => problem.stillBlocking !== true);
		banners.push({id: 'proof', tone: 'alarm', text: [`${proof.text}  ${proof.why.join('; ') || 'no detail given'}`, blocking?.next].filter(Boolean).join('. Next: ')});
	}
	if (snapshot.unconfirmed) banners.push({id: 'confirm', tone: 'alarm', text: `NOT CONFIRMED  everything opens again in ${formatCountdown(snapshot.unconfirmed.endsAtMs - state.nowMs)}; run \`vks confirm\``});
	if (snapshot.lastDrill?.kind === 'failed') banners.push({id: 'drill', tone: 'alarm', text: `DRILL FAILED  ${snapshot.lastDrill.detail}`});
	if (snapshot.unsafeNetwork.length > 0) {
		banners.push({id: 'network', tone: 'alarm', text: `UNSAFE NETWORK  ${snapshot.unsafeNetwork.join(', ')} may be reached outside the tunnel, by an override in NETWORK`});
	}
	const stateBanner = bannerForState(state);
	if (stateBanner !== null) banners.push(stateBanner);
	if (state.replay !== null) banners.unshift(bannerForReplay(state, state.replay));
	const then = bannerForThen(state);
	if (then !== null) banners.push(then);
	return banners;
}

/** Above all else: nothing of this is now. */
function bannerForReplay({keys}: ViewState, {name, index, of, playing, why}: Replay): Banner {
	const hint = `${keyFor(keys, 'step-back')} ${keyFor(keys, 'step-forward')} step, ${keyFor(keys, 'freeze')} ${playing ? 'pauses' : 'plays'}`;
	return {id: 'replay', tone: 'notice', text: [`REPLAY, ${index + 1} of ${of}${playing ? ', playing' : ''}: ${name}`, hint, why].filter(Boolean).join('  ')};
}

/** What was the case then, where the header goes on saying what is. */
function bannerForThen(state: ViewState): Banner | null {
	const {frozen} = state;
	if (frozen === null || frozen.then === null || frozen.snapshot === null) return null;
	const {snapshot, then: {moment, index, of}} = frozen;
	const words = [stateWords[snapshot.state.kind].text, snapshot.proof.kind.replaceAll('-', ' ').toUpperCase(), snapshot.state.server].filter(Boolean).join(' ');
	const keys = `${keyFor(state.keys, 'step-back')} ${keyFor(state.keys, 'step-forward')} step, ${keyFor(state.keys, 'back')} is now`;
	return {id: 'then', tone: 'notice', text: [`THEN, ${index + 1} of ${of}: ${words}`, moment.why, keys].filter(Boolean).join('  ')};
}

function bannerForState(state: ViewState): Banner | null {
	const current = state.live.snapshot?.state;
	if (current === undefined) return null;
	// Before the reason, which may be long and cut: it counts down, and it answers the first question.
	const retry = current.nextAttemptAtMs !== null && current.nextAttemptAtMs > state.nowMs ? `next attempt in ${formatAge(current.nextAttemptAtMs - state.nowMs + 999)}; ` : '';
	switch (current.kind) {
		case 'connected':
			return null;
		case 'lockdown':
			return {id: 'lockdown', tone: 'notice', text: `LOCKDOWN since ${formatClock(current.sinceMs, state.offsetMinutes)}  traffic is refused. ${keyFor(state.keys, 'lift')}, then the word lift, ends it.`};
		case 'blocked': {
			const noServer = noServerSteps(state.live.snapshot);
			if (noServer !== null) return {id: 'state', tone: 'warn', text: `BLOCKED, no server  ${noServer[0] ?? ''} ${keyFor(state.keys, 'focus-servers')} ${keyFor(state.keys, 'open')}: what to do`};
			return {id: 'state', tone: 'warn', text: `BLOCKED${current.cause === null ? '' : `, ${causeTexts[current.cause]}`}  ${retry}${withoutState(current)}`};
		}
		case 'degraded':
			return {id: 'state', tone: 'warn', text: `DEGRADED  ${retry}${withoutState(current)}`};
		case 'switching':
			return {id: 'state', tone: 'warn', text: `SWITCHING  ${withoutState(current)}`};
		case 'bootstrapping':
		case 'connecting':
		case 'verifying':
			return {id: 'state', tone: 'warn', text: `${current.kind.toUpperCase()}  ${retry}${withoutState(current)}`};
	}
}
