/** docs/audit.md names every finding there is, and no other. */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';

const root = join(import.meta.dirname, '../../..');

test('each finding stands in docs/audit.md', () => {
	const sources = readdirSync(join(root, 'src/audit'), {recursive: true, encoding: 'utf8'}).filter(name => name.endsWith('.ts')).map(name => readFileSync(join(root, 'src/audit', name), 'utf8')).join('\n');
	const made = [...sources.matchAll(/\bid: (?:'([a-z0-9-]+)'|[^,\n]*\? '([a-z0-9-]+)' : '([a-z0-9-]+)')/g)].flatMap(([, ...names]) => names.filter(name => name !== undefined));
	const named = [...readFileSync(join(root, 'docs/audit.md'), 'utf8').matchAll(/^\| `([a-z0-9-]+)`/gm)].map(([, name]) => name);
	expect(made.length).toBeGreaterThan(20);
	expect([...new Set(made)].toSorted()).toEqual(named.toSorted());
});
