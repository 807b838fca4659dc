/** What the proxy is told for a policy, as nginx reads it. */
import {expect, test} from 'vitest';
import {renderProxy} from '../../src/egress/nginx-conf.ts';
import {egressPlan} from '../helpers/situations.ts';

test('the proxy\'s configuration', async () => {
	await expect(renderProxy(egressPlan, {streamModule: '/usr/lib/nginx/modules/ngx_stream_module.so', folder: '/run/vks/egress', ipv6: true})).toMatchFileSnapshot('egress/nginx.conf');
});
