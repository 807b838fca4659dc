/** What Node and the system call an error (`ENOENT`, `ECONNREFUSED`); null where it bears no such name. */
export function errorCode(error: unknown): string | null {
	return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
