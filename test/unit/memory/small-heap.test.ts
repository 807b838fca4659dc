import {execFile} from 'node:child_process';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {expect, test} from 'vitest';

const run = promisify(execFile);
const program = join(import.meta.dirname, '../../helpers/old-age.ts');

async function mostHeapMb(how: 'small' | 'plain'): Promise<number> {
	// How far V8 lets a heap grow depends on it, and without it on the machine.
	const {stdout, stderr} = await run(process.execPath, ['--disable-warning=ExperimentalWarning', '--max-old-space-size=2048', program, how]);
	expect(stderr, 'V8 knows every flag').toBe('');
	return Number(stdout);
}

test('what dies old is collected before the heap has grown by it', async () => {
	const [plain, small] = [await mostHeapMb('plain'), await mostHeapMb('small')];
	expect(plain, 'the witness sees a heap that grows').toBeGreaterThan(60);
	expect(small).toBeLessThan(plain / 2);
}, 120_000);
