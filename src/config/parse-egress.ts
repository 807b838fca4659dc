/** The grammar of `VKS_EGRESS`: whose, which name, which ports. */
import {domainToASCII} from 'node:url';
import {parseIp} from '../net/address.ts';
import {parsePort, type Port} from '../net/port.ts';
import type {EgressEntry} from '../egress/egress-policy.ts';
import {parsePattern} from '../egress/name.ts';
import {ok} from '../result.ts';
import {faulty, type Parsed} from './parse-text.ts';

/** TLS, where nothing else is said. */
const defaultPorts = [443 as Port];
/** Each is a door of the proxy. */
export const mostPortsOfOne = 8;

/** `api.example.com`, `*.example.org 443 8443`, `uid 1000 deb.debian.org 80` */
export function parseEgress(text: string): Parsed<EgressEntry> {
	const found = /^(?:uid\s+(?<uid>\d{1,10})\s+)?(?<name>\S+)(?<ports>(?:\s+\d{1,5})*)$/i.exec(text)?.groups;
	if (found === undefined) return faulty({value: text, wrong: 'is not a name with its ports'});
	const {uid, name = '', ports = ''} = found;
	if (uid !== undefined && Number(uid) > 0xffff_fffe) return faulty({value: text, wrong: 'names a uid that nobody has'});
	if (parseIp(name.replace(/^\[|\]$/g, '')) !== null) return faulty({value: name, wrong: 'is an address: VKS_EGRESS opens names only', right: 'Name the host; only a name can be checked in the connection itself.'});
	if (name === '*') return faulty({value: name, wrong: 'is every name: nothing would be refused', right: 'Name the domain, such as *.example.com.'});
	const pattern = parsePattern(name, domainToASCII);
	if (!pattern.ok) return faulty({value: name, wrong: pattern.error});
	const words = ports.trim().split(/\s+/).filter(word => word !== '');
	const wanted = words.flatMap(word => parsePort(word) ?? []);
	if (wanted.length < words.length) return faulty({value: text, wrong: 'has a port that is not from 1 to 65535'});
	if (wanted.some(port => port === 53 || port === 853)) return faulty({value: text, wrong: 'asks for DNS, which the resolver of vks answers alone', right: 'Leave ports 53 and 853 out.'});
	const each = [...new Set(wanted)].sort((a, b) => a - b);
	if (each.length > mostPortsOfOne) return faulty({value: text, wrong: `has more than ${mostPortsOfOne} ports`});
	return ok({uid: uid === undefined ? null : Number(uid), pattern: pattern.value, ports: each.length === 0 ? defaultPorts : each});
}
