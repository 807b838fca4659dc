/** The links of this network namespace, as /proc/net/dev has them (net/core/net-procfs.c). Pure. */
export const linkNames = (netDev: string): readonly string[] => netDev.split('\n').flatMap(line => /^\s*([^\s:]+):/.exec(line)?.[1] ?? []);
