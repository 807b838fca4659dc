/** What an audit reads of the container engine besides what the doctor does, and no more of it. */
import {z} from 'zod';
import {containerSchema} from '../../doctor/docker-schema.ts';

const words = z.array(z.string()).nullish();
const {HostConfig} = containerSchema.shape;
const binding = z.object({HostIp: z.string().nullish(), HostPort: z.string()});

export const auditedContainerSchema = containerSchema.extend({
	Config: z.object({Image: z.string().nullish(), Env: words, Cmd: words, Entrypoint: words, Labels: z.record(z.string(), z.string()).nullish()}),
	HostConfig: HostConfig.extend({Memory: z.number().nullish(), PidsLimit: z.number().nullish(), SecurityOpt: words, Dns: words}),
	Mounts: z.array(z.object({Source: z.string().nullish(), RW: z.boolean().nullish()})).nullish(),
	NetworkSettings: z.object({
		Ports: z.record(z.string(), z.array(binding).nullish()).nullish(),
		Networks: z.record(z.string(), z.object({NetworkID: z.string().nullish(), IPAddress: z.string().nullish(), GlobalIPv6Address: z.string().nullish()})).nullish(),
	}),
});
export type AuditedContainer = z.infer<typeof auditedContainerSchema>;

export const networksSchema = z.array(z.object({
	Id: z.string(), Name: z.string(), Driver: z.string(), Internal: z.boolean().nullish(), Ingress: z.boolean().nullish(), Options: z.record(z.string(), z.string()).nullish(),
})).max(5000);

/** Podman answers as Docker does, and names itself among the components. */
export const versionSchema = z.object({Version: z.string(), Components: z.array(z.object({Name: z.string()})).nullish()});
/** Docker 29 says which it uses. */
export const infoSchema = z.object({FirewallBackend: z.object({Driver: z.string()}).nullish().catch(null)});
