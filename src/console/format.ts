/** Numbers for people: short, of stable width, without Intl (loading it costs milliseconds at start). */

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

function scaled(value: number, step: number, names: readonly string[]): string {
	if (!Number.isFinite(value) || value < 0) return '?';
	let left = value;
	let index = 0;
	// 999.5 would be printed as 1000: it belongs to the next unit.
	while (left >= step - 0.5 && index < names.length - 1) {
		left /= step;
		index++;
	}
	const digits = index > 0 && left < 9.95 ? left.toFixed(1) : String(Math.round(left));
	return `${digits}${names[index] ?? ''}`;
}

/** `0 B`, `1.2 kB`, `340 MB`: decimal units, at most 6 characters. */
export function formatBytes(bytes: number): string {
	return scaled(bytes, 1000, units.map(unit => ` ${unit}`));
}

export const formatByteRate = (bytesPerSecond: number): string => `${formatBytes(bytesPerSecond)}/s`;

/** Exact up to 99,999, then `100k`, `1.2M`. */
export function formatCount(count: number): string {
	if (!Number.isFinite(count) || count < 0) return '?';
	return count < 100_000 ? withThousands(count) : scaled(count, 1000, ['', 'k', 'M', 'G', 'T']);
}

export function withThousands(count: number): string {
	return String(Math.round(count)).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

export function formatPacketRate(perSecond: number): string {
	return perSecond <= 0 ? '' : `${scaled(perSecond, 1000, ['', 'k', 'M', 'G'])}/s`;
}

/** `0s`, `59s`, `3m12s`, `4h05m`, `12d`. A clock that stepped back gives 0s, not a negative age. */
export function formatAge(ageMs: number): string {
	if (!Number.isFinite(ageMs)) return '?';
	const seconds = Math.floor(Math.max(0, ageMs) / 1000);
	if (seconds < 60) return `${seconds}s`;
	const minutes = Math.floor(seconds / 60);
	if (minutes < 60) return `${minutes}m${two(seconds % 60)}s`;
	const hours = Math.floor(minutes / 60);
	if (hours < 48) return `${hours}h${two(minutes % 60)}m`;
	return `${Math.floor(hours / 24)}d`;
}

/** The larger part of an age, `42s`, `3m`, `4h`: where there is room for one number, and the last digit of an old one is of no use. */
export const formatShortAge = (ageMs: number): string => formatAge(ageMs).replace(/^(\d+[hm]).*$/, '$1');

/** `0:42`, `14:07`, `1:05:00`: what is left of a time, rounded up, so that 0:00 means over. */
export function formatCountdown(leftMs: number): string {
	if (!Number.isFinite(leftMs)) return '?';
	const seconds = Math.ceil(Math.max(0, leftMs) / 1000);
	const hours = Math.floor(seconds / 3600);
	const minutes = Math.floor(seconds / 60) % 60;
	return hours === 0 ? `${minutes}:${two(seconds % 60)}` : `${hours}:${two(minutes)}:${two(seconds % 60)}`;
}

/** How long something took: `0.4 ms`, `12 ms`, `1.3 s`. */
export function formatDuration(durationMs: number): string {
	if (!Number.isFinite(durationMs) || durationMs < 0) return '?';
	if (durationMs < 9.95) return `${durationMs.toFixed(1)} ms`;
	if (durationMs < 999.5) return `${Math.round(durationMs)} ms`;
	if (durationMs < 99_500) return `${(durationMs / 1000).toFixed(1)} s`;
	return formatAge(durationMs);
}

/** A round trip: `<0.1 ms`, `0.4 ms`, `23 ms`, `1.3 s`. */
export const formatLatency = (ms: number): string => (ms >= 0 && ms < 0.05 ? '<0.1 ms' : Number.isFinite(ms) && ms >= 0 && ms < 999.5 ? `${ms < 0.95 ? ms.toFixed(1) : Math.round(ms)} ms` : formatDuration(ms));

/** `10:32:07` in the viewer's zone; `offsetMinutes` is minutes east of UTC. */
export function formatClock(atMs: number, offsetMinutes: number): string {
	const seconds = Math.floor(atMs / 1000) + offsetMinutes * 60;
	const ofDay = ((seconds % 86_400) + 86_400) % 86_400;
	return `${two(Math.floor(ofDay / 3600))}:${two(Math.floor(ofDay / 60) % 60)}:${two(ofDay % 60)}`;
}

export function formatAddress(address: string, port: number | null): string {
	if (port === null) return address;
	return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The last `width` values as eighth blocks on a scale from zero to their highest. */
export function sparkline(values: readonly number[], {width, levels}: {readonly width: number; readonly levels: readonly string[]}): string {
	const shown = values.slice(-Math.max(0, width));
	const highest = Math.max(1, ...shown);
	const low = levels[0] ?? ' ';
	const drawn = shown.map(value => levels[Math.min(levels.length - 1, value <= 0 ? 0 : Math.ceil((value / highest) * (levels.length - 1)))] ?? low);
	return low.repeat(Math.max(0, width - shown.length)) + drawn.join('');
}

const two = (value: number): string => String(value).padStart(2, '0');

/** What a layer does, and first how often it had to be put right. */
export const layerDetail = ({repairs, detail}: {readonly repairs: number; readonly detail: string}): string => (repairs === 0 ? detail : `repaired ${formatCount(repairs)}x; ${detail}`);
