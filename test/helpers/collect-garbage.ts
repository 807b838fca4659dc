/** Without it, how much memory is used says only when the collector last came by. */
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';

export function collectGarbage(): void {
	setFlagsFromString('--expose-gc');
	const collect: unknown = runInNewContext('gc');
	if (typeof collect !== 'function') throw new Error('V8 gave no collector');
	collect();
	collect();
}
