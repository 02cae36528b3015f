/** `npm run bench -- [--messages <n>] [--samples <n>] [--profile <folder>]`. */
import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** In the inbox. */
  readonly messages: number;
  /** How often the whole inbox is swept and indexed. */
  readonly samples: number;
  /** Where the app's CPU profile goes; none without it. */
  readonly profile: string | undefined;
}

/** The page that is compared with the first one needs 5,000 conversations to be there. */
const LEAST_MESSAGES = 8_000;

/** Throws for what is no number. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      messages: { type: 'string', default: '100000' },
      samples: { type: 'string', default: '3' },
      profile: { type: 'string' },
    },
  });
  const messages = Number(values.messages);
  const samples = Number(values.samples);
  if (!Number.isInteger(messages) || messages < LEAST_MESSAGES) {
    throw new Error(`--messages takes a whole number from ${LEAST_MESSAGES}.`);
  }
  if (!Number.isInteger(samples) || samples < 1) throw new Error('--samples takes a whole number from 1.');
  return { messages, samples, profile: values.profile };
}
