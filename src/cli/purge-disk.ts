/** What `vks purge` does where no daemon runs. A bundle of its own, with its validators: whoever asks a daemon needs none of it. */
import {loadConfig} from '../config/load.ts';
import type {Environment} from '../config/settings.ts';
import {serverRecordsFile, withoutOlder} from '../controller/server-records-file.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';

export function forgetOnDisk(olderThanSeconds: number | null, env: Environment, nowMs: number): Result<string, Problem> {
	const config = loadConfig({env});
	const [first] = config.ok ? [] : config.error;
	if (!config.ok) return fail(first ?? unread);
	const file = serverRecordsFile(config.value.stateFolder);
	const recalled = file.recall();
	if (!recalled.ok) return recalled;
	const stays = withoutOlder(recalled.value, olderThanSeconds === null ? Number.POSITIVE_INFINITY : nowMs - olderThanSeconds * 1000);
	const gone = recalled.value.filter(record => !stays.includes(record)).length;
	const saved = gone === 0 ? ok(undefined) : file.remember(stays);
	return saved.ok ? ok(`No daemon runs: what it kept went with it. In ${config.value.stateFolder} vks forgot what was known of ${gone} servers.`) : saved;
}

const unread: Problem = {code: 'configuration', severity: 'error', what: 'The settings cannot be read.', stillBlocking: 'unknown', next: 'Put them right, and run it again.'};
