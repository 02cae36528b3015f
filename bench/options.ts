/** `npm run bench -- [--messages <n>] [--samples <n>] [--accounts <n>] [--profile <folder>]`. */
import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** In the inbox. */
  readonly messages: number;
  /** How often the whole inbox is swept and indexed. */
  readonly samples: number;
  /** Idle accounts beside it; 0 leaves them out. */
  readonly accounts: number;
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
      accounts: { type: 'string', default: '1000' },
      profile: { type: 'string' },
    },
  });
  const whole = (name: 'messages' | 'samples' | 'accounts', least: number) => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < least) throw new Error(`--${name} takes a whole number from ${least}.`);
    return value;
  };
  return {
    messages: whole('messages', LEAST_MESSAGES),
    samples: whole('samples', 1),
    accounts: whole('accounts', 0),
    profile: values.profile,
  };
}
