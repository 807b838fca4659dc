/** Which files of a folder are servers; for the daemon, and for the console that looks where there is none. */

/** The ending names the driver; what stands before it names the server. */
export const serverEnding = /\.(?:conf|ovpn)$/i;

/** Hidden files are editors' and Kubernetes' own (`..data`). */
export const isServerFile = (name: string): boolean => serverEnding.test(name) && !name.startsWith('.');
