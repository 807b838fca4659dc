/** Numbers and names of the errors that netlink answers with (asm-generic/errno.h, through Node's own table). */
import {constants} from 'node:os';
import {getSystemErrorMap} from 'node:util';

export const {EPERM, ENOENT, EEXIST, EINVAL, EAGAIN, EBADF, EINTR, ENOBUFS, EBUSY, ENETUNREACH, EHOSTUNREACH, EOPNOTSUPP, EAFNOSUPPORT, ENODEV, ETIMEDOUT, EMSGSIZE, ENOMEM, ENXIO} =
	constants.errno;
/** Node does not name it: no such route. */
export const ESRCH = 3;

/** `EPERM (operation not permitted)`. */
export function describeErrno(errno: number): string {
	const [name, text] = getSystemErrorMap().get(-errno) ?? [`errno ${errno}`, 'unknown error'];
	return `${name} (${text})`;
}
