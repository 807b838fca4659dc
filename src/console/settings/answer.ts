/** What is asked of `vks-tui` without a console: its help, version or completion. */
import {fail, ok, type Result} from '../../result.ts';
import {version} from '../../version.ts';
import type {Parsed} from '../arguments.ts';
import {completionFor, shells} from './completion.ts';
import {helpText} from './help.ts';

type Asked = Extract<Parsed, {kind: 'help' | 'version' | 'completion'}>;

export function answer(asked: Asked): Result<string, string> {
	switch (asked.kind) {
		case 'help':
			return ok(helpText());
		case 'version':
			return ok(`${version}\n`);
		case 'completion': {
			const script = completionFor(asked.shell);
			return script === null ? fail(`there is no completion for ${asked.shell}: choose ${shells.join(', ')}`) : ok(script);
		}
	}
}
