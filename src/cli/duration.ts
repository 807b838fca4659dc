/** `90s`, `15m`, `1h30m`, `7d` as seconds; null for anything else. Pure. */
export function parseDuration(text: string): number | null {
	const found = /^(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s)?$/.exec(text);
	if (found === null || text === '') return null;
	const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = found;
	return Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}
