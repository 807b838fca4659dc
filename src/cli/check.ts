/** `vks check`. What nobody can tell is not healthy: a daemon that does not answer, and a read-back that is too old. */
import {judge, type Judgement} from '../control/judgement.ts';
import {withStatus} from './daemon.ts';
import {exitCodes, hasOption, type Args, type ExitCode, type Io} from './io.ts';
import {headline} from './status-text.ts';

export function run(args: Args, io: Io): Promise<ExitCode> {
	return withStatus(args, io, (status, output) => {
		const code = codeFor(judge(status), hasOption(args, 'enforced'));
		const {state, cause, detail, proof} = status;
		if (output.wantsJson) output.json({version: 1, healthy: code === exitCodes.fine, state, cause, detail, proof: {kind: proof.kind, ageSeconds: proof.ageSeconds}});
		// One line, because a container engine keeps little of what a health check prints.
		else output.line([headline(status), detail, ...proof.detail].filter(part => part !== '').join('  '));
		return code;
	});
}

function codeFor(judgement: Judgement, enforcedOnly: boolean): ExitCode {
	switch (judgement) {
		case 'not-enforced':
			return exitCodes.notEnforced;
		case 'no-tunnel':
			return enforcedOnly ? exitCodes.fine : exitCodes.failed;
		case 'healthy':
			return exitCodes.fine;
	}
}
