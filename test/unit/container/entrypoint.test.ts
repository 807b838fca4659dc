/** Which commands the image starts without a policy: those that only print. That the rest is closed first is shown in the lab. */
import {spawnSync} from 'node:child_process';
import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {repositoryFolder} from '../../../lab/program.ts';

/** A container without NET_ADMIN: nft is refused. */
function entrypoint(...argv: readonly string[]) {
	const folder = mkdtempSync(join(tmpdir(), 'vks-entry-'));
	onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
	for (const [name, script] of [['nft', 'echo "Operation not permitted" >&2; exit 1'], ['vks', 'echo "vks $*"'], ['other', 'echo other']] as const) {
		writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
		chmodSync(join(folder, name), 0o755);
	}
	// A network of its own: on the host's nothing is closed at all.
	return spawnSync('/usr/bin/unshare', ['-n', join(repositoryFolder, 'container/entrypoint'), ...argv], {env: {PATH: `${folder}:/usr/bin:/bin`}, encoding: 'utf8', timeout: 10_000});
}

test.each([['version'], ['help'], ['help', 'run'], ['--help'], ['-h'], ['--version'], ['-V'], ['completion', 'bash']])('vks %s prints without NET_ADMIN', (...words) => {
	expect(entrypoint('vks', ...words)).toMatchObject({status: 0, stdout: `vks ${words.join(' ')}\n`, stderr: ''});
});

test.each([['vks', 'run'], ['vks', 'check'], ['vks'], ['vks', 'run', '--help'], ['vks', 'versions'], ['other', 'version'], ['vks version', '']])('%s %s is not begun where nothing could be closed', (...words) => {
	expect(entrypoint(...words)).toMatchObject({status: 3, stdout: '', stderr: expect.stringContaining('Nothing was started') as unknown});
});
