/** The pod that people copy. No cluster runs here: what is held is its shape, and that vks takes what it says. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {parse} from 'yaml';
import {z} from 'zod';
import {repositoryFolder} from '../../../lab/program.ts';
import {parseCommandLine} from '../../../src/cli/parse.ts';
import {loadConfig} from '../../../src/config/load.ts';

const security = z.strictObject({
	allowPrivilegeEscalation: z.literal(false),
	readOnlyRootFilesystem: z.literal(true),
	runAsNonRoot: z.boolean().optional(),
	runAsUser: z.number().optional(),
	capabilities: z.strictObject({drop: z.tuple([z.literal('ALL')]), add: z.array(z.string()).default([])}),
});
const probe = z.strictObject({exec: z.strictObject({command: z.array(z.string())}), periodSeconds: z.number(), timeoutSeconds: z.number(), failureThreshold: z.number()});
const container = z.strictObject({
	name: z.string(),
	image: z.string(),
	imagePullPolicy: z.string().optional(),
	restartPolicy: z.literal('Always').optional(),
	command: z.array(z.string()).optional(),
	env: z.array(z.strictObject({name: z.string(), value: z.string()})).default([]),
	securityContext: security,
	startupProbe: probe.optional(),
	livenessProbe: probe.optional(),
	resources: z.strictObject({requests: z.record(z.string(), z.string()), limits: z.record(z.string(), z.string())}),
	volumeMounts: z.array(z.strictObject({name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional()})).default([]),
});
const pod = z.strictObject({
	apiVersion: z.literal('v1'),
	kind: z.literal('Pod'),
	metadata: z.strictObject({name: z.string()}),
	spec: z.strictObject({
		automountServiceAccountToken: z.literal(false),
		enableServiceLinks: z.literal(false),
		dnsPolicy: z.literal('None'),
		dnsConfig: z.strictObject({nameservers: z.array(z.string())}),
		initContainers: z.tuple([container]),
		containers: z.array(container),
		volumes: z.array(z.looseObject({name: z.string()})),
	}),
});

const {spec} = pod.parse(parse(readFileSync(join(repositoryFolder, 'container/kubernetes/pod.yaml'), 'utf8')));
const [vpn] = spec.initContainers;

test('vks is a native sidecar: it starts first, and the application when a tunnel was verified', () => {
	expect(vpn).toMatchObject({restartPolicy: 'Always', startupProbe: {exec: {command: ['vks', 'check']}}, livenessProbe: {exec: {command: ['vks', 'check', '--enforced']}}});
	for (const asked of [vpn.startupProbe, vpn.livenessProbe]) expect(parseCommandLine(asked?.exec.command.slice(1) ?? [])).toMatchObject({ok: true, value: {command: {name: 'check'}}});
});

test('what stands beside it has no capability, and both have a root that nobody writes to', () => {
	expect(vpn.securityContext.capabilities.add).toEqual(['NET_ADMIN', 'NET_RAW']);
	for (const {securityContext} of spec.containers) expect(securityContext).toMatchObject({runAsNonRoot: true, capabilities: {add: []}});
	expect(vpn.volumeMounts.filter(({readOnly = false}) => !readOnly).map(({mountPath}) => mountPath)).toEqual(['/run/vks', '/var/lib/vks']);
	expect(vpn.volumeMounts.map(({name}) => name).toSorted()).toEqual(spec.volumes.map(({name}) => name).toSorted());
});

test('the resolver that the pod asks is the one that vks lets it ask', () => {
	const loaded = loadConfig({env: Object.fromEntries(vpn.env.map(({name, value}) => [name, value])), stillBlocking: true});
	expect(loaded).toMatchObject({ok: true, value: {resolvers: spec.dnsConfig.nameservers}});
});
