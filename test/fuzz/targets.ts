/** Every parser there is. */
import {controlTargets} from './control-targets.ts';
import {exceptionTargets} from './exception-targets.ts';
import {kernelTargets} from './kernel-targets.ts';
import {recordingTargets} from './recording-targets.ts';
import type {FuzzTarget} from './target.ts';
import {textTargets} from './text-targets.ts';

export const targets: readonly FuzzTarget[] = [...kernelTargets, ...textTargets, ...controlTargets, ...exceptionTargets, ...recordingTargets];
