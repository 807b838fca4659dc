/** Forwarding is switched on where it is wanted and may be, and asked for where it may not. */
import {expect, test} from 'vitest';
import {forwardingProblem} from '../../../src/controller/forwarding.ts';
import {configFrom} from '../../helpers/situations.ts';

function sysctls(values: Record<string, string>, writable: boolean) {
	return {
		values,
		sysctl: {
			read: (key: string) => values[key] ?? null,
			write: (key: string, value: string) => {
				if (writable) values[key] = value;
				return writable;
			},
		},
	};
}
const both = configFrom({VKS_GATEWAY: 'eth1 172.31.0.0/24; eth1 fd00:1::/64'});
const off = {'net/ipv4/ip_forward': '0', 'net/ipv6/conf/all/forwarding': '0'};

test('without VKS_GATEWAY nothing is read or switched on', () => {
	const {sysctl, values} = sysctls({...off}, true);
	expect([forwardingProblem(sysctl, configFrom({})), values]).toEqual([null, off]);
});

test('where it may be written, both families are switched on', () => {
	const {sysctl, values} = sysctls({...off}, true);
	expect([forwardingProblem(sysctl, both), Object.values(values)]).toEqual([null, ['1', '1']]);
});

test('an IPv4 range leaves IPv6 as it is', () => {
	const {sysctl, values} = sysctls({...off}, true);
	forwardingProblem(sysctl, configFrom({VKS_GATEWAY: 'eth1 172.31.0.0/24'}));
	expect(Object.values(values)).toEqual(['1', '0']);
});

test('where it may not, the operator is told which to set', () => {
	expect(forwardingProblem(sysctls({...off}, false).sysctl, both)).toMatchObject({
		code: 'sysctl', stillBlocking: true, next: 'Start the container with --sysctl net.ipv4.ip_forward=1 --sysctl net.ipv6.conf.all.forwarding=1.',
	});
	expect(forwardingProblem(sysctls({...off, 'net/ipv4/ip_forward': '1'}, false).sysctl, both)?.what).toContain('net.ipv6.conf.all.forwarding is 0');
});
