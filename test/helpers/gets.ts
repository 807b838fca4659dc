/** Whether a host of a lab is answered by HTTP: who is refused or dropped is told from who is served late. */
import type {NamespaceRole} from '../../lab/description.ts';
import type {Lab} from '../../lab/lab.ts';

export const urlOf = (address: string, port: number): string => `http://${address.includes(':') ? `[${address}]` : address}:${port}/`;

export async function gets(lab: Lab, role: NamespaceRole, url: string): Promise<boolean> {
	return (await lab.exec(role, ['curl', '--silent', '--globoff', '--connect-timeout', '2', '--max-time', '60', '--output', '/dev/null', url])).exitCode === 0;
}
