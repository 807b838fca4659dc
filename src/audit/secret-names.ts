/** Which names hold a secret, and which words of a command line are followed by one. Values are looked at and never kept. Pure. */

const named = /(?:PASSWORD|PASSWD|PASSPHRASE|APIKEY|SECRETKEY|(?:^|[_.-])(?:PASS|PWD|SECRET|SECRET_KEY(?:_BASE)?|(?:ACCESS|AUTH|API|BOT|BEARER|REFRESH|TUNNEL)?_?TOKEN|API_KEY|PRIVATE_KEY|ACCESS_KEY|AUTH_?KEY|ENCRYPTION_KEY|SIGNING_KEY|PRESHARED_KEY|CREDENTIALS?))$/i;
const notSecret = new Set(['', 'true', 'false', 'yes', 'no', 'on', 'off', '0', '1', 'null', 'none']);
/** A file, or a reference that something else resolves. */
const elsewhere = /^(?:\/|file:|\$\(cat |vault:|op:\/\/)/;
const login = /:\/\/[^\s/:@]*:([^\s@]+)@/;

export const redacted = '(redacted)';

/** A secret by the name, or a login within an address: what of the value it is, for who must know whether it is written out. Null where it is none. */
export function secretIn(name: string, value: string): string | null {
	if (name === 'PWD' || name === 'OLDPWD') return null;
	if (named.test(name)) return notSecret.has(value.trim().toLowerCase()) || elsewhere.test(value.trim()) ? null : value.trim();
	return login.exec(value)?.[1] ?? null;
}

export interface SecretWord {
	/** `--requirepass` */
	readonly flag: string;
	readonly value: string;
}

const flagged = /^--?([A-Za-z][\w.-]*)(?:=(.*))?$/s;
const flagNames = /(?:password|passwd|passphrase|secret|token|api-?key|private-?key|access-?key|(?:^|[.-]|require)pass)$/i;

export const secretWords = (words: readonly string[]): readonly SecretWord[] => words.flatMap((word, index) => {
	const [, flag, given] = flagged.exec(word) ?? [];
	const [, password] = login.exec(word) ?? [];
	if (password !== undefined) return [{flag: 'an address with a login', value: password}];
	if (flag === undefined || !flagNames.test(flag)) return [];
	const value = (given ?? words[index + 1] ?? '').trim();
	const isNone = notSecret.has(value.toLowerCase()) || elsewhere.test(value) || (given === undefined && value.startsWith('-'));
	return isNone ? [] : [{flag: word.slice(0, word.indexOf(flag) + flag.length), value}];
});

/** As a shell would, near enough to find options. */
export const wordsOf = (text: string): readonly string[] =>
	[...text.matchAll(/(?:[^\s"']+|"(?:\\.|[^"\\])*"|'[^']*')+/g)].map(([word]) => word.replaceAll(/"((?:\\.|[^"\\])*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? ''));
