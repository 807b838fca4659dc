/** `npm run lab -- up | down | exec | traffic | weather | list`. */
import {once} from 'node:events';
import {spawn} from 'node:child_process';
import {parseArgs} from 'node:util';
import {insideNamespace, namespaceRoles} from './description.ts';
import type {LabDescription, NamespaceRole} from './description.ts';
import {readLabIds, takeAllDown, takeDown} from './down.ts';
import {openLab} from './lab.ts';
import {isAlive, readRecords} from './processes.ts';
import {raiseLab} from './raise.ts';

const usage = `usage: lab up [--id X] [--rp-filter 0|1|2] [--openvpn] [--json]
       lab down [--id X | --all]
       lab exec [--id X] <${namespaceRoles.join('|')}> -- <command...>
       lab traffic [--id X]
       lab weather [--id X] [--loss PERCENT] [--delay MS] [--jitter MS]
       lab list [--json]
`;

class UsageError extends Error {}

export async function main(argv: readonly string[]): Promise<number> {
	const [command, ...rest] = argv;
	try {
		switch (command) {
			case 'up':
				return await up(rest);
			case 'down':
				return await down(rest);
			case 'exec':
				return await exec(rest);
			case 'traffic':
				return traffic(rest);
			case 'weather':
				return await weather(rest);
			case 'list':
				return list(rest);
			case '--help':
				process.stdout.write(usage);
				return 0;
			default:
				throw new UsageError(command === undefined ? 'which command?' : `no command is called ${command}`);
		}
	} catch (error) {
		const isUsage = error instanceof UsageError || (error instanceof TypeError && 'code' in error);
		process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${isUsage ? usage : ''}`);
		return isUsage ? 2 : 1;
	}
}

async function up(args: readonly string[]): Promise<number> {
	const {values} = parseArgs({args: [...args], options: {id: {type: 'string'}, 'rp-filter': {type: 'string'}, openvpn: {type: 'boolean'}, json: {type: 'boolean'}}});
	const rpFilter = parseRpFilter(values['rp-filter'] ?? '0');
	const interrupted = new AbortController();
	const interrupt = () => interrupted.abort(new Error('interrupted: what was raised is taken down again'));
	// Not `once`: a listener that has gone by the time execa's own looks makes that one end this process.
	process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
	const {description} = await raiseLab({rpFilter, openvpn: values.openvpn === true, signal: interrupted.signal, ...(values.id === undefined ? {} : {id: values.id})});
	process.stdout.write(values.json === true ? `${JSON.stringify(description, null, 2)}\n` : renderSummary(description));
	return 0;
}

function parseRpFilter(text: string): 0 | 1 | 2 {
	if (text === '0') return 0;
	if (text === '1') return 1;
	if (text === '2') return 2;
	throw new UsageError(`--rp-filter is 0, 1 or 2, not ${text}`);
}

const renderSummary = ({id, namespaces, folders, commands, environment}: LabDescription): string =>
	[
		`lab ${id} is up`,
		`client   ${namespaces.client}`,
		`servers  ${folders.servers}`,
		`state    ${folders.state}`,
		...Object.entries(environment).map(([name, value]) => `export   ${name}=${value}`),
		`daemon   ${commands.daemon.join(' ')}`,
		`console  ${commands.console.join(' ')}`,
		'',
	].join('\n');

async function down(args: readonly string[]): Promise<number> {
	const {values} = parseArgs({args: [...args], options: {id: {type: 'string'}, all: {type: 'boolean'}}});
	if (values.id !== undefined) {
		await takeDown(values.id);
		return 0;
	}
	if (values.all !== true) chooseLab(undefined, {orNone: true});
	const ids = await takeAllDown();
	process.stdout.write(ids.length === 0 ? 'no lab was up\n' : `down: ${ids.join(' ')}\n`);
	return 0;
}

/** The one lab that is up, when nobody said which. */
function chooseLab(id: string | undefined, {orNone = false} = {}): string {
	if (id !== undefined) return id;
	const ids = readLabIds();
	const [only] = ids;
	if (ids.length > 1) throw new UsageError(`several labs are up, say which with --id: ${ids.join(' ')}`);
	if (only === undefined && !orNone) throw new Error('no lab is up: raise one with `lab up`');
	return only ?? '';
}

async function exec(args: readonly string[]): Promise<number> {
	const split = args.indexOf('--');
	if (split === -1) throw new UsageError('put -- before the command');
	const {values, positionals} = parseArgs({args: args.slice(0, split), options: {id: {type: 'string'}}, allowPositionals: true});
	const role = parseRole(positionals[0]);
	const {description} = openLab(chooseLab(values.id));
	const [program = '', ...rest] = insideNamespace(description.namespaces[role], args.slice(split + 1));
	const child = spawn(program, rest, {stdio: 'inherit', env: {...process.env, NETWORK: undefined, ...description.environment}});
	// The terminal signals the whole group: the command decides, and this process reports how it ended.
	process.on('SIGINT', () => undefined);
	process.on('SIGTERM', () => child.kill('SIGTERM'));
	const [code] = await once(child, 'exit');
	return typeof code === 'number' ? code : 1;
}

/** Starts the background application, once. */
function traffic(args: readonly string[]): number {
	const {values} = parseArgs({args: [...args], options: {id: {type: 'string'}}});
	const lab = openLab(chooseLab(values.id));
	const running = readRecords(lab.description.folders.processes).find(record => record.name === 'traffic' && isAlive(record));
	process.stdout.write(`traffic ${(running ?? lab.traffic()).pid}\n`);
	return 0;
}

/** What is not given becomes fair again. */
async function weather(args: readonly string[]): Promise<number> {
	const text = {type: 'string', default: '0'} as const;
	const {values} = parseArgs({args: [...args], options: {id: {type: 'string'}, loss: text, delay: text, jitter: text}});
	const change = {lossPercent: Number(values.loss), delayMs: Number(values.delay), jitterMs: Number(values.jitter)};
	await openLab(chooseLab(values.id)).impair(change);
	return 0;
}

function parseRole(text: string | undefined): NamespaceRole {
	const role = namespaceRoles.find(candidate => candidate === text);
	if (role === undefined) throw new UsageError(`no namespace is called ${text ?? 'nothing'}`);
	return role;
}

function list(args: readonly string[]): number {
	const {values} = parseArgs({args: [...args], options: {json: {type: 'boolean'}}});
	const ids = readLabIds();
	process.stdout.write(values.json === true ? `${JSON.stringify(ids)}\n` : ids.map(id => `${id}\n`).join(''));
	return 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
