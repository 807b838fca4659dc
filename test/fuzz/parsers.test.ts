/** A short run of `npm run fuzz` over every parser, with another seed each time; a failure names it. */
import {expect, test} from 'vitest';
import {targets} from './targets.ts';

const inputs = 300;

test.each(targets.map(target => [target.name, target] as const))('%s', (_name, target) => {
	expect(target.run({inputs: Math.ceil(inputs * target.share), seed: Math.floor(Math.random() * 0x7fff_ffff)})).toBeNull();
});
