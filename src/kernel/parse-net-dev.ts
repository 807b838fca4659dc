/** /proc/net/dev (net/core/net-procfs.c): the bytes a link carried. Pure. */

/** Null when there is no such link. */
export function parseLinkCounters(text: string, name: string): {readonly rxBytes: number; readonly txBytes: number} | null {
	const line = text.split('\n').find(candidate => candidate.trimStart().startsWith(`${name}:`));
	if (line === undefined) return null;
	const fields = line.slice(line.indexOf(':') + 1).trim().split(/\s+/).map(Number);
	const [rxBytes, txBytes] = [fields[0], fields[8]];
	return isCount(rxBytes) && isCount(txBytes) ? {rxBytes, txBytes} : null;
}

const isCount = (value: number | undefined): value is number => value !== undefined && Number.isSafeInteger(value) && value >= 0;
