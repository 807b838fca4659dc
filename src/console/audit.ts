/** What `b` does: looks at what surrounds the tunnel on this machine, as `vks audit` does, where this console can see it. */
import {existsSync} from 'node:fs';
import {gatherScene, socketOf} from '../audit/gather.ts';
import {judgeEngine} from '../audit/judge-engine.ts';
import {sentence} from '../sentence.ts';
import type {AuditSeen, TargetView} from './view.ts';

export async function auditHere(target: TargetView | null, dockerHost: string | undefined): Promise<AuditSeen> {
	const host = /^ssh:\/\/([^/]+)/.exec(target?.way ?? '')?.[1] ?? null;
	// What is said of this machine would be taken for what is said of that one.
	if (target !== null && host !== null) return {kind: 'unseen', why: `${target.name} is on another machine, and this console sees only its own.`, next: `ssh ${host} sudo vks audit`};
	const scene = await gatherScene(socketOf(dockerHost));
	if (scene.ok) return {kind: 'seen', report: judgeEngine(scene.value)};
	const inside = existsSync('/.dockerenv') || existsSync('/run/.containerenv');
	return {
		kind: 'unseen', next: 'vks audit',
		why: inside ? 'This console is in a container, where neither the engine nor the host\'s packet rules can be seen. It is run on the host, as root, or a console there shows it here.' : `${sentence(scene.error)}. Who may ask the engine can look: root, on the host.`,
	};
}
