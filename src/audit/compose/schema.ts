/** What is read of a compose file, and no more of it. Other people's files: what is not known is left alone. */
import {z} from 'zod';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const lenient = <T extends z.ZodType>(schema: T) => schema.nullish().catch(null);
const words = z.union([z.string(), z.array(scalar)]);
const someOf = z.array(z.unknown());

export const shortOrLong = z.union([
	z.string(), z.number(),
	z.looseObject({
		target: scalar.optional(), published: scalar.optional(), host_ip: z.string().nullish(), protocol: z.string().optional(),
		type: z.string().optional(), source: z.string().optional(), read_only: z.union([z.boolean(), z.string()]).optional(),
	}),
]);

const limits = z.looseObject({memory: lenient(scalar), pids: lenient(scalar)});

export const serviceSchema = z.looseObject({
	image: lenient(z.string()), container_name: lenient(z.string()), network_mode: lenient(z.string()), privileged: lenient(scalar),
	ports: lenient(someOf), volumes: lenient(someOf),
	environment: lenient(z.union([z.record(z.string(), z.union([scalar, z.null()])), z.array(scalar)])),
	command: lenient(words), entrypoint: lenient(words),
	cap_add: lenient(z.array(scalar)), cap_drop: lenient(z.array(scalar)), security_opt: lenient(z.array(scalar)),
	depends_on: lenient(z.union([z.array(z.string()), z.record(z.string(), z.looseObject({condition: z.string().optional()}).nullable())])),
	mem_limit: lenient(scalar), pids_limit: lenient(scalar), deploy: lenient(z.looseObject({resources: lenient(z.looseObject({limits: lenient(limits)}))})),
	extends: z.unknown().optional(), env_file: z.unknown().optional(),
});
export type ServiceText = z.infer<typeof serviceSchema>;

const networkSchema = z.looseObject({driver: lenient(z.string()), driver_opts: lenient(z.record(z.string(), z.union([scalar, z.null()]))), external: lenient(z.unknown())});

export const composeSchema = z.looseObject({
	services: z.record(z.string(), z.unknown()).nullish(),
	networks: lenient(z.record(z.string(), networkSchema.nullable().catch(null))),
	include: z.unknown().optional(),
});
