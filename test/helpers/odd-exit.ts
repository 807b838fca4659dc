/**
 * An exit service that tells one caller what a file says: nothing at all, or an address that is not his. Run inside a namespace
 * with its port, that caller's address and the file.
 */
import {readFileSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {join} from 'node:path';
import type {Lab} from '../../lab/lab.ts';
import {waitUntil} from '../../lab/processes.ts';
import {nodeExecutable, repositoryFolder} from '../../lab/program.ts';

/** `honest`, `silent`, or the address that is told. */
type Told = 'honest' | 'silent' | (string & {});

const port = 8081;
const fileOf = (lab: Lab): string => join(lab.description.folders.state, 'odd-exit');

export const oddExitUrl = (lab: Lab): string => `http://${lab.description.addresses.internet.ipv4}:${port}/`;

/** To be told to the caller from now on. */
export const tellExit = (lab: Lab, tell: Told): void => writeFileSync(fileOf(lab), tell);

export async function startOddExit(lab: Lab, caller: string): Promise<void> {
	const program = join(repositoryFolder, 'test/helpers/odd-exit.ts');
	const running = lab.spawn('internet', [nodeExecutable(), '--disable-warning=ExperimentalWarning', program, String(port), caller, fileOf(lab)]);
	const listens = await waitUntil(() => readFileSync(running.log, 'utf8').includes('ready'));
	if (!listens) throw new Error(`the exit service does not listen: ${readFileSync(running.log, 'utf8')}`);
}

function main([number = '', caller = '', file = '']: readonly string[]): void {
	const told = (): Told => {
		try {
			return readFileSync(file, 'utf8').trim();
		} catch {
			return 'honest';
		}
	};
	createServer((request, response) => {
		const from = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
		const tell = from === caller ? told() : 'honest';
		if (tell === 'silent') return void request.socket.destroy();
		response.writeHead(200, {'content-type': 'application/json'}).end(JSON.stringify({ip: tell === 'honest' ? from : tell}));
	}).listen(Number(number), '::', () => process.stdout.write('ready\n'));
}

if (import.meta.main) main(process.argv.slice(2));
