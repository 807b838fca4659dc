/** What can be said in one word on OpenVPN's management interface. */

/** A word has room for 255 bytes (OPTION_PARM_SIZE in options.h), and a line ends at a control character. */
export const sendable = (secret: string): boolean => secret !== '' && Buffer.byteLength(secret) <= 250 && !/\p{Cc}/u.test(secret);
