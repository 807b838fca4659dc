import {kernelContract} from '../kernel-contract.ts';
import {realBench} from './real-bench.ts';

for (const backend of ['libnftables', 'nft'] as const) kernelContract(`real kernel, ${backend}`, () => realBench(backend));
