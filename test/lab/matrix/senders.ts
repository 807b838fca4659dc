/** The processes that send: as root, as an application's uid, and as that uid with CAP_NET_RAW alone. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import type {Cell, Sender} from './cell.ts';
import type {Links} from './links.ts';

export async function openSender(sender: Sender, links: Links) {
	const program = fileURLToPath(new URL('./sender.ts', import.meta.url));
	const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, sender, JSON.stringify(links)], {stdio: ['pipe', 'pipe', 'inherit']});
	const lines = createInterface({input: child.stdout})[Symbol.asyncIterator]();
	const next = async (): Promise<string> => {
		const {value, done} = await lines.next();
		if (done === true) throw new Error(`the sender as ${sender} ended`);
		return value;
	};
	const credentials = await next();
	return {
		credentials,
		async send(cell: Omit<Cell, 'after'>): Promise<number> {
			child.stdin.write(`${JSON.stringify(cell)}\n`);
			return Number(await next());
		},
		async close() {
			child.stdin.end();
			await once(child, 'exit');
		},
	};
}
