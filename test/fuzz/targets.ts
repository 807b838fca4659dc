/** Every parser there is. */
import {auditTargets} from './audit-targets.ts';
import {controlTargets} from './control-targets.ts';
import {dnsTargets} from './dns-targets.ts';
import {exceptionTargets} from './exception-targets.ts';
import {hardenTargets} from './harden-targets.ts';
import {kernelTargets} from './kernel-targets.ts';
import {portTargets} from './port-targets.ts';
import {recordingTargets} from './recording-targets.ts';
import type {FuzzTarget} from './target.ts';
import {textTargets} from './text-targets.ts';

export const targets: readonly FuzzTarget[] = [...kernelTargets, ...textTargets, ...controlTargets, ...exceptionTargets, ...dnsTargets, ...portTargets, ...recordingTargets, ...auditTargets, ...hardenTargets];
