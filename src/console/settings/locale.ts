/** Whether this terminal can be trusted with more than ASCII. */

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A locale that is set and not UTF-8 shows other letters than we write. None at all says nothing: containers set none, and
 * the terminal in front of `docker exec` knows UTF-8. The font of the Linux console lacks half of the symbols.
 */
export function needsAscii(environment: Environment): boolean {
	if (environment['TERM'] === 'linux') return true;
	const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
	return locale !== '' && !/utf-?8/i.test(locale);
}
