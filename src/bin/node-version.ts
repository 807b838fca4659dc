/** Whether this runtime can run us: asked before anything is imported that it might not even be able to read. */

const oldest = [22, 12] as const;

/** The one line to print, or null when it is new enough. */
export function tooOld(program: string, running: string = process.versions.node): string | null {
	const [major = 0, minor = 0] = running.split('.').map(Number);
	if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return null;
	return `${program}: needs Node ${oldest.join('.')} or newer, and this is ${running}: install a newer one, or use the container image\n`;
}
