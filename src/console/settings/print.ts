/** What `--print-config` prints: the settings as they are, with where each came from, as a file that gives the same console. */
import {actionName} from '../keys/names.ts';
import type {Binding} from '../keymap.ts';
import {consoleOptions} from './options.ts';
import {wayText} from '../remote/target.ts';
import type {Settled} from './settle.ts';

export function printConfig({settings, options}: Settled): string {
	const values = consoleOptions.map(({key}) => [`${key}: ${key === 'socket' ? JSON.stringify(settings[key].text) : settings[key].text}`, settings[key].where] as const);
	const keys = options.keys.map(binding => [`  ${actionName(binding.action)}: ${keysText(binding)}`, binding.help] as const);
	return [
		'# The console as it is set now. As ~/.config/vks/console.yaml this gives the same one; leave out what may follow the defaults.',
		...commented(values),
		...(options.named ? ['targets:', ...options.targets.map(({name, way}) => `  ${JSON.stringify(name)}: ${JSON.stringify(wayText(way))}`)] : []),
		'# An action takes one key, a list of keys, or none. Ctrl-C always leaves, and is not listed.',
		'keys:',
		...commented(keys),
		'',
	].join('\n');
}

/** Quoted, because half of the keys mean something in YAML. */
function keysText({keys, action}: Binding): string {
	const own = keys.filter(key => !(action.id === 'quit' && key === 'ctrl-c')).map(key => JSON.stringify(key));
	return own.length === 0 ? 'none' : own.length === 1 ? (own[0] ?? 'none') : `[${own.join(', ')}]`;
}

function commented(lines: ReadonlyArray<readonly [text: string, comment: string]>): readonly string[] {
	const width = Math.max(...lines.map(([text]) => text.length));
	return lines.map(([text, comment]) => `${text.padEnd(width)}  # ${comment}`);
}
