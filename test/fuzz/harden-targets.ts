/** What a hardening reads: compose files that it writes to, an operator's choices, and what it kept. */
import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {noChoices, parseChoices} from '../../src/harden/choices.ts';
import {planCompose} from '../../src/harden/compose.ts';
import {parseKeep} from '../../src/harden/keep.ts';
import {withPieces} from '../../src/harden/pieces.ts';
import {checkText} from './checks.ts';
import {brokenText} from './mutate.ts';
import {target, type FuzzTarget} from './target.ts';

const folder = join(import.meta.dirname, '../fixtures/compose');
const composes = readdirSync(folder).filter(name => name.endsWith('.yaml')).map(name => readFileSync(join(folder, name), 'utf8'));
const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
const plan = (text: string) => planCompose({path: '/c.yaml', text, dotenv: null}, noChoices, digest);

export const hardenTargets: readonly FuzzTarget[] = [
	target('compose files to be written to', brokenText(composes, ['*x', '&x', '<<: *x', '"8080:80"', '- 80', '- {target: 80}', 'ports:', 'host_ip: ""', '\r\n', '\t', '#']), broken => {
		const planned = plan(broken);
		if (!planned.ok) return checkText(planned.error);
		for (const {apply, undo, diff} of planned.value.changes) {
			if (apply.kind !== 'file' || undo.kind !== 'file') assert.fail('it is no file');
			const after = withPieces(broken, apply.pieces);
			assert.ok(after !== null && digest(after) === apply.becomes && after !== broken && diff.length > 2);
			assert.equal(withPieces(after, undo.pieces), broken);
			assert.ok(plan(after).ok, 'what was written can still be read');
		}
	}, 0.2),
	target('choices of a hardening', brokenText(['10.0.0.0/8,fd00::/64', '443,51820/udp', 'none', 'dns,ntp,engine,tcp/443@1000,udp/51820@0=192.0.2.1'], [',', '/', '@', '=', 'off']), broken => {
		for (const name of ['letIn', 'open', 'close', 'outbound'] as const) {
			const parsed = parseChoices({[name]: broken}, noChoices);
			// What was typed is in it as it was, and cleaned where it is printed.
			if (!parsed.ok) assert.match(parsed.error, /^--/);
			else for (const keep of parsed.value.outbound ?? []) assert.equal(parseKeep(keep), keep);
		}
	}),
];
