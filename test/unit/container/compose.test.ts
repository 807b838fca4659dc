/** The files that people copy. That engines take them, and what then happens, is shown with a real one. */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {parse} from 'yaml';
import {z} from 'zod';
import {repositoryFolder} from '../../../lab/program.ts';
import {loadConfig} from '../../../src/config/load.ts';

const folder = join(repositoryFolder, 'container', 'compose');
const files = readdirSync(folder).filter(name => name.endsWith('.yaml'));
const read = (name: string): unknown => parse(readFileSync(join(folder, name), 'utf8'));

const service = z.strictObject({
	image: z.string(),
	container_name: z.string().optional(),
	command: z.array(z.string()).optional(),
	network_mode: z.string().optional(),
	restart: z.literal('unless-stopped'),
	depends_on: z.union([z.array(z.string()), z.record(z.string(), z.strictObject({condition: z.literal('service_healthy')}))]).optional(),
	cap_drop: z.tuple([z.literal('ALL')]).optional(),
	cap_add: z.array(z.string()).default([]),
	security_opt: z.tuple([z.literal('no-new-privileges:true')]).optional(),
	read_only: z.boolean().default(false),
	tmpfs: z.array(z.string()).optional(),
	devices: z.array(z.string()).default([]),
	sysctls: z.record(z.string(), z.number()).default({}),
	environment: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
	secrets: z.array(z.string()).optional(),
	healthcheck: z.strictObject({disable: z.boolean()}).optional(),
	ports: z.array(z.string()).default([]),
	volumes: z.array(z.string()).default([]),
	mem_limit: z.string(),
	pids_limit: z.number(),
	cpus: z.number().optional(),
});
const file = z.strictObject({services: z.record(z.string(), service), secrets: z.record(z.string(), z.strictObject({file: z.string()})).optional(), volumes: z.record(z.string(), z.null())});

const ofVks = (image: string): boolean => image === 'vks';
/** Brings up the tunnel that vks guards; what it may do is its own affair. */
const isOwner = ({image}: z.infer<typeof service>): boolean => image.startsWith('qmcgaw/gluetun:');
const isBehind = (each: z.infer<typeof service>): boolean => !ofVks(each.image) && !isOwner(each);

describe.each(files)('%s', name => {
	const {services} = file.parse(read(name));

	test('ports are published to this machine alone', () => {
		for (const port of Object.values(services).flatMap(({ports}) => ports)) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
	});

	test('what stands beside vks shares its network, waits for a verified tunnel, and can neither change rules nor send raw frames', () => {
		const behind = Object.values(services).filter(isBehind);
		expect(behind.length).toBeGreaterThan(0);
		for (const {network_mode: network = '', depends_on: waits, cap_add: capabilities, devices} of behind) {
			const holder = services[network.replace('service:', '')];
			expect(holder !== undefined && !isBehind(holder)).toBe(true);
			expect(waits).toEqual({vpn: {condition: 'service_healthy'}});
			expect(capabilities.filter(capability => /^(?:NET|SYS)_|BPF|ALL/.test(capability))).toEqual([]);
			expect(devices).toEqual([]);
		}
	});

	test('whatever does not own the tunnel has all capabilities dropped but those that are named', () => {
		for (const each of Object.values(services).filter(candidate => !isOwner(candidate))) expect(each).toMatchObject({cap_drop: ['ALL'], security_opt: ['no-new-privileges:true']});
	});

	test('vks has what it needs and no more, and settings that it knows', () => {
		const vpn = services['vpn'];
		const guards = vpn?.environment['VKS_ATTACH'] !== undefined;
		expect(vpn).toMatchObject({container_name: 'vpn', cap_add: ['NET_ADMIN', 'NET_RAW'], devices: guards ? [] : ['/dev/net/tun']});
		const holder = vpn?.network_mode === undefined ? vpn : services[vpn.network_mode.replace('service:', '')];
		expect(holder?.sysctls).toEqual(guards ? {} : {'net.ipv4.conf.all.src_valid_mark': 1});
		expect(vpn?.volumes).toContain('vks-state:/var/lib/vks');
		if (vpn?.read_only === true) expect(vpn.tmpfs).toEqual(['/run/vks:mode=700']);
		const env = Object.fromEntries(Object.entries(vpn?.environment ?? {}).map(([key, value]) => [key, String(value)]));
		expect(loadConfig({env, stillBlocking: true})).toMatchObject({ok: true});
	});

	test('every port that is published is one that vks lets in', () => {
		const published = Object.values(services).flatMap(({ports}) => ports.map(port => `${port.split(':')[2]}/tcp`));
		const letIn = String(services['vpn']?.environment['VKS_INBOUND_PORTS'] ?? '').split(/,\s*/).filter(Boolean);
		expect(letIn).toEqual(published);
	});
});
