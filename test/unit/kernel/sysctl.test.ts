import {expect, test} from 'vitest';
import {sysctlPath} from '../../../src/kernel/sysctl.ts';

test.each([
	['net.ipv4.ip_forward', '/proc/sys/net/ipv4/ip_forward'],
	['net.ipv4.conf.eth0.rp_filter', '/proc/sys/net/ipv4/conf/eth0/rp_filter'],
	['net.ipv4.conf.eth0.100.rp_filter', '/proc/sys/net/ipv4/conf/eth0.100/rp_filter'],
	['net/ipv6/conf/eth0.100/disable_ipv6', '/proc/sys/net/ipv6/conf/eth0.100/disable_ipv6'],
])('%s is %s', (key, path) => {
	expect(sysctlPath(key)).toBe(path);
});

test.each(['', 'net/../../etc/passwd', '/etc/passwd', 'net..ipv4', 'net/./ipv4', 'net.ipv4.conf....rp_filter'])('%s is no key', key => {
	expect(sysctlPath(key)).toBeNull();
});
