/** What is read of the container engine (Docker Engine API 1.41, which Podman answers too), and no more of it. */
import {z} from 'zod';

export const listSchema = z.array(z.object({Id: z.string()})).max(5000);

export const containerSchema = z.object({
	Id: z.string(),
	Name: z.string(),
	State: z.object({Running: z.boolean(), StartedAt: z.string()}),
	HostConfig: z.object({
		NetworkMode: z.string(),
		Privileged: z.boolean().nullish(),
		CapAdd: z.array(z.string()).nullish(),
		CapDrop: z.array(z.string()).nullish(),
		PortBindings: z.record(z.string(), z.array(z.object({HostPort: z.string()})).nullish()).nullish(),
	}),
});

export interface Container {
	readonly id: string;
	readonly name: string;
	readonly running: boolean;
	readonly startedAtMs: number;
	readonly networkMode: string;
	readonly privileged: boolean;
	readonly capAdd: readonly string[];
	readonly capDrop: readonly string[];
	/** As `8080/tcp`. */
	readonly published: readonly string[];
}

export interface DockerFacts {
	/** Null where vks does not know which of them it is in. */
	readonly own: Container | null;
	/** Every other one. */
	readonly others: readonly Container[];
}

export function containerOf({Id, Name, State, HostConfig}: z.infer<typeof containerSchema>): Container {
	const {NetworkMode, Privileged, CapAdd, CapDrop, PortBindings} = HostConfig;
	return {
		id: Id, name: Name.replace(/^\//, ''), running: State.Running, startedAtMs: Date.parse(State.StartedAt) || 0,
		networkMode: NetworkMode, privileged: Privileged ?? false,
		capAdd: (CapAdd ?? []).map(capability), capDrop: (CapDrop ?? []).map(capability),
		published: Object.entries(PortBindings ?? {}).flatMap(([port, bindings]) => ((bindings ?? []).length > 0 ? [port] : [])),
	};
}

/** Written with and without its prefix. */
const capability = (name: string): string => name.toUpperCase().replace(/^CAP_/, '');
