/** The logger: JSON in production, pretty in a terminal, secrets cut out at the root. */
import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import { REDACTED_PATHS } from '../security/redaction.ts';

export type Log = Logger;

export interface LogOptions {
  readonly level: string;
  readonly isPretty: boolean;
  readonly destination?: NodeJS.WritableStream;
}

/** Makes the process's logger. */
export function createLog({ level, isPretty, destination = process.stdout }: LogOptions): Log {
  const options = { level, base: null, redact: { paths: [...REDACTED_PATHS], censor: '[redacted]' } };
  return isPretty
    ? pino(options, pretty({ destination, sync: true, translateTime: 'HH:MM:ss', ignore: 'pid,hostname' }))
    : pino(options, destination);
}
