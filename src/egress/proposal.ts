/** What VKS_EGRESS would have to hold besides, for a name that was refused. Pure. */
import {parsePort} from '../net/port.ts';
import {entryText} from './egress-policy.ts';
import {parsePattern} from './name.ts';

/** What a look-up is for is not known: most that is looked up is spoken to there. */
const usualPort = 443;

/** Null where no entry can name it: no name, or one without a dot. */
export function entryFor({uid, name, port}: {readonly uid: number | null; readonly name: string | null; readonly port: number | null}): string | null {
	const [pattern, at] = [name === null ? null : parsePattern(name, () => ''), parsePort(port ?? usualPort)];
	return pattern?.ok === true && at !== null ? entryText({uid, pattern: pattern.value, ports: [at]}) : null;
}
