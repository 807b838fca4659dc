/** The documentation says what the program says, and names only files and tests that exist. `npm run docs` writes it anew. */
import {existsSync, readdirSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {limits} from '../../../src/cli/limits-table.ts';
import {documents, fillBlocks, readDocument} from '../../../scripts/docs.ts';

const pages = ['README.md', 'AGENTS.md', 'CHANGELOG.md', ...['docs', 'docs/decisions', 'docs/screens'].flatMap(folder => readdirSync(folder).filter(name => name.endsWith('.md')).map(name => `${folder}/${name}`))];
const prose = pages.filter(page => page !== 'docs/settings.md');

test.each(Object.entries(documents))('%s is not stale', (path, render) => {
	const text = readDocument(path);
	expect(render(text)).toBe(text);
});

test('a block is replaced between its markers, and one without markers is an error', () => {
	expect(fillBlocks('a\n<!-- x:begin -->\nold\n<!-- x:end -->\nb', {x: 'new\n'})).toBe('a\n<!-- x:begin -->\nnew\n<!-- x:end -->\nb');
	expect(() => fillBlocks('a', {x: 'new'})).toThrow('there is no block x');
});

describe.each(prose)('%s', page => {
	const text = readDocument(page);

	test('links lead somewhere', () => {
		const targets = [...text.matchAll(/\]\((?!https?:)([^)#\s]+)[^)]*\)/g)].map(([, target = '']) => target);
		expect(targets.filter(target => !existsSync(join(dirname(page), target)))).toEqual([]);
	});

	test('anchors within the page exist', () => {
		const anchors = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = '']) => anchor);
		const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-'));
		expect(anchors.filter(anchor => !headings.includes(anchor))).toEqual([]);
	});

	test('files it names exist', () => {
		const named = [...text.matchAll(/`((?:src|components|test|lab|scripts|docs)\/[\w./-]+\.\w+)`/g)].map(([, path = '']) => path);
		expect(named.filter(path => !existsSync(path))).toEqual([]);
	});

	test('lines of prose are at most 120 characters', () => {
		// Tables are one line to a row, and addresses cannot be broken.
		const long = text.split('\n').filter(line => line.length > 120 && !line.startsWith('|') && !line.includes('http'));
		expect(long).toEqual([]);
	});
});

/** Written `file › a test's name`, in backticks; the name as it stands in the file. */
test('docs/security.md names tests that exist', () => {
	const named = [...readDocument('docs/security.md').matchAll(/`(test\/[\w./-]+) › ([^`]+)`/g)];
	expect(named.length).toBeGreaterThan(20);
	// In the source an apostrophe may stand escaped.
	const missing = named.filter(([, path = '', name = '']) => !existsSync(path) || !readDocument(path).replaceAll('\\\'', '\'').includes(name.replace(/\s+/g, ' ')));
	expect(missing.map(([all]) => all)).toEqual([]);
});

test('docs/security.md names golden rulesets that exist', () => {
	const named = [...readDocument('docs/security.md').matchAll(/`([\w-]+\.nft)`/g)].map(([, name = '']) => name);
	expect(named.length).toBeGreaterThan(5);
	expect(named.filter(name => !existsSync(`test/golden/rulesets/${name}`))).toEqual([]);
});

test('what `vks limits` says stands in docs/known-issues.md too', () => {
	const text = readDocument('docs/known-issues.md');
	const headings = [...text.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
	expect(limits.flatMap(({heading}) => heading ?? []).filter(heading => !headings.includes(heading))).toEqual([]);
	// Everything about others in the namespace is a limit, not a defect.
	const neighbours = text.slice(text.indexOf('## Others in the namespace')).split('\n## ')[0] ?? '';
	const named = [...neighbours.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
	expect(named.filter(heading => heading?.startsWith('A neighbour') && !limits.some(limit => limit.heading === heading))).toEqual([]);
	for (const word of ['compromised host', 'VPN provider', 'traffic analysis']) expect(text.replace(/\s+/g, ' ')).toContain(word);
});
