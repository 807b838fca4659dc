/** What the parsers read in earnest: recordings of the kernel, and files as people write them. */
import {readdirSync, readFileSync} from 'node:fs';
import {compile} from '../../src/policy/compile.ts';
import {renderInet, renderNetdev} from '../../src/policy/render.ts';
import {applyScript, listTable} from '../fakes/fake-nft.ts';
import {configurations, situations} from '../helpers/situations.ts';

const fixture = (name: string): string => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');

function recordings(name: string, prefix = ''): readonly Buffer[] {
	const recorded = JSON.parse(fixture(`kernel/${name}`)) as Readonly<Record<string, string>>;
	return Object.entries(recorded).flatMap(([key, hex]) => (key.startsWith(prefix) ? [Buffer.from(hex, 'hex')] : []));
}

export const rtnetlink = (kind: 'links' | 'addresses' | 'routes' | 'rules' | ''): readonly Buffer[] => recordings('rtnetlink-6.18.json', kind);
export const foreignHooks = (kind: 'qdiscs' | 'classes' | 'egress' | 'ingress' | 'chains' | 'rules' | ''): readonly Buffer[] => recordings('foreign-hooks-6.18.json', kind);
export const nflogMessages = (): readonly Buffer[] => recordings('nflog-6.18-nft-1.0.6.json');

export const snapshots = (): readonly unknown[] =>
	readdirSync(new URL('../fixtures/snapshots/', import.meta.url)).map(name => (JSON.parse(fixture(`snapshots/${name}`)) as {readonly snapshot: unknown}).snapshot);

/** Our own tables, as nft would list them. */
export function listings(): readonly unknown[] {
	const ruleset = compile(configurations.careful, situations.connected);
	const texts = [renderInet(ruleset, {mode: 'create'}), renderNetdev(ruleset, {mode: 'create'}) ?? ''];
	return texts.flatMap(text => [...applyScript(new Map(), text, 'ours', 0).values()].map(table => listTable(table, 0)));
}
