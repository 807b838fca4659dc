/**
 * The audit of what containers are given, beside a real engine: each fault is absent, is built, is found with its proof and
 * shown to be one, is mended as the finding says, and is found in the same words when it is built again.
 */
import {describe, expect, test} from 'vitest';
import {z} from 'zod';
import type {Ran} from '../../lab/commands.ts';
import {judgeProject} from '../../src/audit/judge.ts';
import {runningOf} from '../../src/audit/engine/container.ts';
import {auditedContainerSchema} from '../../src/audit/engine/schema.ts';
import {images} from '../../lab/engine/images.ts';
import {auditOn, type Found} from '../helpers/audit-acts.ts';
import {goesOn} from '../helpers/audit-fault.ts';
import {standFor} from '../helpers/engine-acts.ts';
import {engineStage} from '../helpers/engine-stage.ts';

const stage = engineStage();

const start = (name: string, ...argv: readonly string[]): Promise<Ran> => stage().engine.docker(['run', '--detach', '--name', name, ...argv]);
const remove = (name: string): Promise<Ran> => stage().engine.docker(['rm', '--force', name]);
const inside = async (name: string, program: string): Promise<string> => (await stage().engine.docker(['exec', name, 'node', '-e', program], {mustSucceed: false})).stdout.trim();

interface Fault {
	readonly id: string;
	/** Arguments of `docker run` for a container `web`, without the fault, and with it. */
	readonly without: readonly string[];
	readonly withIt: readonly string[];
	/** What is so only where the fault is. */
	readonly isOpen: () => Promise<boolean>;
	/** Of its service, which goes on. */
	readonly port?: number;
}

/** The finding, for what else is to be said of it. */
async function comesAndGoes({id, without, withIt, isOpen, port}: Fault): Promise<Found> {
	const audit = auditOn(stage());
	await start('web', ...without);
	expect(await audit.found(id)).toEqual([]);
	expect(await isOpen()).toBe(false);
	await remove('web');

	await start('web', ...withIt);
	const found = await audit.one(id);
	expect(await isOpen()).toBe(true);
	await remove('web');

	await start('web', ...without);
	expect(await audit.found(id)).toEqual([]);
	await goesOn(stage(), port);
	expect(await isOpen()).toBe(false);
	await remove('web');

	await start('web', ...withIt);
	expect(await audit.one(id)).toEqual(found);
	return found;
}

const local = ['--publish', '127.0.0.1:8080:8080'];

describe('what a container is given', () => {
	test('the engine\'s socket: by it everything is asked, read-only or not', async () => {
		const socket = (stage().engine.environment['DOCKER_HOST'] ?? '').replace('unix://', '');
		const ask = 'require("http").get({socketPath: "/var/run/docker.sock", path: "/info"}, answer => (console.log(answer.statusCode), process.exit())).on("error", error => console.log(error.code))';
		const isOpen = async (): Promise<boolean> => {
			const said = await inside('web', ask);
			expect(['200', 'ENOENT']).toContain(said);
			return said === '200';
		};
		const found = await comesAndGoes({id: 'engine-socket', without: [...local, images.application], withIt: [...local, '--volume', `${socket}:/var/run/docker.sock:ro`, images.application], isOpen});
		expect(found).toMatchObject({severity: 'medium', proof: `container web: mount of ${socket}, read-only`});
		await remove('web');
		await start('web', '--volume', `${socket}:/var/run/docker.sock`, '--publish', '8080:8080', images.application);
		expect(await auditOn(stage()).one('engine-socket')).toMatchObject({severity: 'high', proof: `container web: mount of ${socket}`});
	});

	// It is made and described, not started: this machine may not have all that a privileged one is given.
	test('privileged', async () => {
		const privileged = async (...argv: readonly string[]): Promise<readonly string[]> => {
			await stage().engine.docker(['create', '--name', 'web', ...argv, images.application]);
			const [described] = z.array(auditedContainerSchema).parse(JSON.parse((await stage().engine.docker(['inspect', 'web'])).stdout));
			await remove('web');
			if (described === undefined) throw new Error('nothing was described');
			const {service} = runningOf(described, [], new Map());
			return judgeProject({services: [service], overlays: []}).filter(({id}) => id === 'privileged').map(({severity, proof}) => `${severity}: ${proof}`);
		};
		expect(await privileged()).toEqual([]);
		expect(await privileged('--privileged')).toEqual(['high: container web: Privileged true']);
		expect(await privileged('--cap-add', 'NET_ADMIN')).toEqual([]);
	});

	test('the host\'s network: its port is open though none is published, and shut by what is to be written instead', async () => {
		const audit = auditOn(stage());
		const isOpen = async (): Promise<boolean> => {
			await stage().until('it listens', () => true);
			return audit.reaches();
		};
		const found = await comesAndGoes({id: 'host-network', without: [...local, images.application], withIt: ['--network', 'host', images.application], isOpen});
		expect(found).toMatchObject({severity: 'medium', proof: 'container web: NetworkMode host'});
	});

	test('Traefik\'s dashboard without a password: on a published port, and on none', async () => {
		const audit = auditOn(stage());
		const traefik = 'traefik:v3.1';
		await standFor(stage().engine, traefik);
		const program = ['node', '/application.mjs', '--'];
		const isOpen = async (): Promise<boolean> => {
			await stage().until('it listens', () => true, 8081);
			return audit.reaches();
		};
		// Its other port stands for the service it hands on, which goes on.
		const served = ['--publish', '127.0.0.1:8081:8080'];
		const found = await comesAndGoes({
			id: 'traefik-dashboard', without: [...served, traefik, ...program, '--api.dashboard=true'], withIt: [...served, '--publish', '8080:8080', traefik, ...program, '--api.insecure=true'], isOpen, port: 8081,
		});
		expect(found).toMatchObject({severity: 'high', proof: 'container web: --api.insecure=true', fix: expect.stringContaining('remove `--api.insecure`')});
		await remove('web');
		await start('web', ...served, traefik, ...program, '--api.insecure=true');
		expect(await audit.one('traefik-dashboard')).toMatchObject({severity: 'medium', risk: expect.stringContaining('Every container on its networks')});
	});

	test('limits: with those of the fix no fork bomb comes far, and no setuid program gives rights', async () => {
		const limited = ['--memory', '512m', '--pids-limit', '40', '--security-opt', 'no-new-privileges:true'];
		const program = 'const {spawn} = require("child_process"); const all = Array.from({length: 80}, () => spawn("sleep", ["5"])); let failed = 0; all.forEach(each => each.on("error", () => (failed += 1))); setTimeout(() => { console.log(failed, /NoNewPrivs:\\s*(\\d)/.exec(require("fs").readFileSync("/proc/self/status", "utf8"))[1]); process.exit(); }, 300)';
		const isOpen = async (): Promise<boolean> => {
			const [failed, noNewPrivileges] = (await inside('web', program)).split(' ');
			expect([noNewPrivileges === '1', Number(failed) > 0]).toEqual(noNewPrivileges === '1' ? [true, true] : [false, false]);
			return noNewPrivileges === '0';
		};
		const found = await comesAndGoes({id: 'no-limits', without: [...local, ...limited, images.application], withIt: [...local, images.application], isOpen});
		expect(found).toMatchObject({severity: 'low', what: 'Container web lacks a limit of memory, a limit of processes and no-new-privileges.', proof: 'container web: mem_limit, pids_limit, security_opt not set'});
	});

	test('a secret of the environment is named, and its value never said', async () => {
		const isOpen = async (): Promise<boolean> => (await stage().engine.docker(['inspect', 'web'])).stdout.includes('c4n4ry');
		const found = await comesAndGoes({
			id: 'secret-in-the-open', without: [...local, '--env', 'DB_PASSWORD_FILE=/run/secrets/x', images.application], withIt: [...local, '--env', 'DB_PASSWORD=c4n4ry-9f8e7d', images.application], isOpen,
		});
		expect(found.proof).toBe('container web: Env DB_PASSWORD=(redacted)');
		expect(JSON.stringify(found)).not.toContain('c4n4ry');
	});
});
