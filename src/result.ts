/** Expected failures are values; only bugs throw. */

export type Result<T, E> = {readonly ok: true; readonly value: T} | {readonly ok: false; readonly error: E};

export const ok = <T>(value: T): {readonly ok: true; readonly value: T} => ({ok: true, value});
export const fail = <E>(error: E): {readonly ok: false; readonly error: E} => ({ok: false, error});

/** Makes the compiler prove that a switch names every case. */
export function assertNever(value: never): never {
	throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
