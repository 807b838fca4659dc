/** An engine's answers as they were recorded, on a socket of its own: for what asks one and starts nothing. */
import {readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';

const recorded = (name: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/rules/docker-20.10', name), 'utf8'));

/** With the one container that was recorded, until it is told otherwise. */
export async function recordedEngine(path: string): Promise<{run(running: boolean): void}> {
	const state = {running: true};
	const web = recorded('web.json') as {readonly Id: string};
	const answers: Readonly<Record<string, () => unknown>> = {
		'/version': () => recorded('version.json'), '/networks': () => recorded('networks.json'), '/info': () => ({}),
		'/containers/json': () => (state.running ? [{Id: web.Id}] : []), [`/containers/${web.Id}/json`]: () => web,
	};
	const server = createServer((asked, answer) => {
		const found = answers[asked.url ?? ''];
		answer.writeHead(found === undefined ? 404 : 200, {'content-type': 'application/json'}).end(JSON.stringify(found?.() ?? {}));
	});
	await new Promise<void>(resolve => server.listen(path, resolve));
	onTestFinished(() => void server.close());
	return {run: running => void (state.running = running)};
}
