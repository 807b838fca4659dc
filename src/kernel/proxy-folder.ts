/**
 * What the proxy stands in. It stays root's own, because a root without DAC_OVERRIDE and CHOWN (`--cap-drop ALL`) can neither
 * give a folder away nor look into another user's.
 */
import {chmod, mkdir, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {temporaryFolders} from '../egress/nginx-conf.ts';

export const configFile = 'nginx.conf';
/** Anybody may write in it, and take away what is his own; nobody but us comes so far, through the run folder. */
const others = 0o1733;

export async function fillProxyFolder(folder: string, config: string): Promise<void> {
	await rm(folder, {recursive: true, force: true});
	await mkdir(folder, {recursive: true});
	// nginx makes those that are missing, as folders of its user.
	for (const path of [folder, ...temporaryFolders.map(name => join(folder, name))]) {
		await mkdir(path, {recursive: true});
		// Said again, because the umask had its part in it.
		await chmod(path, others);
	}
	await writeFile(join(folder, configFile), config);
	await chmod(join(folder, configFile), 0o644);
}
