/** OSC 52: reaches the clipboard of the person's own machine, through SSH and multiplexers where they let it. */

type Environment = Readonly<Record<string, string | undefined>>;

const escape = '\u001B';
const end = '\u0007';
/** GNU screen takes no longer string than 768 bytes at a time. */
const screenPart = 500;

/**
 * tmux takes it itself with `set-clipboard on`, and hands through what is wrapped with `allow-passthrough on`: it gets both,
 * and twice the same text is the same clipboard. GNU screen knows no OSC 52, and hands through what is wrapped.
 */
export function clipboardSequence(text: string, environment: Environment): string {
	const sequence = `${escape}]52;c;${Buffer.from(text).toString('base64')}${end}`;
	if (environment['TMUX']) return `${sequence}${escape}Ptmux;${sequence.replaceAll(escape, escape + escape)}${escape}\\`;
	if (environment['STY']) return (sequence.match(new RegExp(`[^]{1,${screenPart}}`, 'g')) ?? []).map(part => `${escape}P${part}${escape}\\`).join('');
	return sequence;
}

/** What somebody whose clipboard stayed empty has to know; null where nothing is in between. */
export function clipboardHint(environment: Environment): string | null {
	if (environment['TMUX']) return 'tmux needs: set -s set-clipboard on';
	return environment['STY'] ? 'screen hands it on to a terminal that knows OSC 52' : null;
}
