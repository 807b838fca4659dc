/** The dashboard asks for metrics and labels that there are. */
import {readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {z} from 'zod';
import {familiesOf} from '../../../src/metrics/families.ts';
import {noonMs, sampleSnapshot} from '../../fakes/snapshot.ts';

const grid = z.object({x: z.number(), y: z.number(), w: z.number(), h: z.number()});
const dashboard = z.object({
	uid: z.literal('vks'),
	schemaVersion: z.number(),
	panels: z.array(z.object({id: z.number(), title: z.string(), description: z.string(), gridPos: grid, targets: z.array(z.object({expr: z.string(), refId: z.string(), legendFormat: z.string()})).min(1)})),
	templating: z.object({list: z.array(z.object({name: z.string(), query: z.union([z.string(), z.object({query: z.string()})])}))}),
}).parse(JSON.parse(readFileSync('docs/grafana/vks.json', 'utf8')));

const families = familiesOf(sampleSnapshot(), noonMs, {switches: 0});
const labelsOf = new Map(families.map(({name, labels}) => [name, labels]));
/** `instance` and `job` are the scraper's. */
const ofScraper = ['instance', 'job'];
const queries = [...dashboard.panels.flatMap(({title, targets}) => targets.map(({expr, legendFormat}) => ({title, expr, legendFormat}))), ...dashboard.templating.list.flatMap(({name, query}) => (typeof query === 'string' ? [] : [{title: name, expr: query.query, legendFormat: ''}]))];

describe.each(queries)('$title: $expr', ({expr, legendFormat}) => {
	const names = expr.match(/\bvks_[a-z_]+/g) ?? [];

	test('asks for what there is', () => {
		expect(names.length).toBeGreaterThan(0);
		expect(names.filter(name => !labelsOf.has(name))).toEqual([]);
	});

	test('by labels that it has', () => {
		const known = [...ofScraper, ...names.flatMap(name => labelsOf.get(name) ?? [])];
		const asked = [...[...expr.matchAll(/([a-z_]+)\s*(?:=~|!=|=)\s*"/g)].map(([, label = '']) => label), ...[...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/)), ...[...legendFormat.matchAll(/\{\{([a-z_]+)\}\}/g)].map(([, label = '']) => label)];
		expect(asked.filter(label => !known.includes(label))).toEqual([]);
	});

	test('a rate of what only rises, and of nothing else', () => {
		for (const [, within = ''] of expr.matchAll(/(?:rate|increase)\((vks_[a-z_]+)/g)) expect(families.find(({name}) => name === within)?.kind).toBe('counter');
		for (const [all, name = ''] of expr.matchAll(/\b(vks_[a-z_]+_total)/g)) expect(expr.includes(`rate(${name}`) || expr.includes(`increase(${name}`), all).toBe(true);
	});
});

test('panels have ids of their own and do not overlap', () => {
	expect(new Set(dashboard.panels.map(({id}) => id)).size).toBe(dashboard.panels.length);
	const cells = dashboard.panels.flatMap(({gridPos: {x, y, w, h}}) => Array.from({length: w * h}, (_, index) => `${x + (index % w)} ${y + Math.floor(index / w)}`));
	expect(new Set(cells).size).toBe(cells.length);
	expect(dashboard.panels.every(({gridPos: {x, w}}) => x + w <= 24)).toBe(true);
});
