/** Ports that are published to every address, judged by what is behind them. Pure. */
import {finding, type Finding, type Severity} from './finding.ts';
import {portKind, type PortKind} from './image-kinds.ts';
import {openPorts, portText, type PublishedPort, type Service} from './service.ts';

interface Manner {
	readonly severity: Severity;
	readonly what: string;
	readonly risk: string;
}

export const manners: Readonly<Record<PortKind, Manner>> = {
	database: {severity: 'high', what: 'A database is published to every network of the host', risk: 'Who can reach the host can talk to it, and often needs no password; a rule of ufw does not keep them out, because the engine\'s own rules come first.'},
	dashboard: {severity: 'high', what: 'A dashboard is published to every network of the host', risk: 'Who can reach the host finds its login, or needs none, and it shows or commands much of what runs here; a rule of ufw does not keep them out.'},
	engine: {severity: 'high', what: 'The port of the container engine\'s API is published to every network of the host', risk: 'Who may ask the engine is root on the host.'},
	public: {severity: 'low', what: 'A port that is usually meant for everybody is published to every network of the host', risk: 'Right where it is meant; a rule of ufw would not close it, because the engine\'s own rules come first.'},
	other: {severity: 'medium', what: 'A port is published to every network of the host', risk: 'Who can reach the host can reach it, whatever ufw or firewalld say, because the engine\'s own rules come first.'},
};

export const publishedFindings = (service: Service): readonly Finding[] =>
	openPorts(service).filter(first).map(port => {
		const {severity, what, risk} = manners[portKind(service, port)];
		return finding({id: 'port-published', severity, what: `${what}: ${portText(port)} of ${service.called}.`, proof: port.proof, risk, fix: closeByFile(service, port)});
	});

/** An engine lists IPv4 and IPv6 apart. */
const first = (port: PublishedPort, index: number, all: readonly PublishedPort[]): boolean => all.findIndex(each => portText(each) === portText(port)) === index;

/** What goes into the file instead. */
export function closeByFile({place, after}: Service, {hostPort, port, transport}: PublishedPort): string {
	const entry = `127.0.0.1:${hostPort ?? ''}:${port}${transport === 'tcp' ? '' : `/${transport}`}`;
	return `${place}: \`ports: ["${entry}"]\`, or the address of the one network that may${after}.`;
}
