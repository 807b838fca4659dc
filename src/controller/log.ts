/** The daemon's log: JSON lines on stdout, written synchronously, because the last lines before a failure matter most. */
import pino, {type Logger} from 'pino';

export function createLogger(level: string): Logger {
	return pino({level, base: {name: 'vks'}, timestamp: pino.stdTimeFunctions.isoTime}, pino.destination({fd: 1, sync: true}));
}
