/** What one user's hostile mail, or server, costs the process and everybody else in it. Test code only. */
import { readFileSync } from 'node:fs';
import type { AppClient } from './app.fixture.ts';

/** The bound of `npm run soak`. `npm test` shares its processors with other tests: there it means that an answer comes. */
export const ANSWERED_WITHIN_MS = process.env.SOAK === '1' ? 5000 : 20_000;
export const LISTED_WITHIN_MS = 50;
export const GIVEN_BACK_WITHIN_MS = 30_000;
/** What may be left of it in memory. */
export const MAX_LEFT_MEGABYTES = 250;

/** Resident memory of a process, in megabytes. Linux alone says. */
export function residentMegabytes(pid: number): number {
  const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

/** Asks for the list again and again until it is told to stop; gives how long each answer took. */
export function listAgainAndAgain({ api }: AppClient) {
  const took: number[] = [];
  const stopped = new AbortController();
  const ended = (async () => {
    while (!stopped.signal.aborted) {
      const from = performance.now();
      await api.mail.listThreads.query({ max: 50 });
      took.push(performance.now() - from);
    }
  })();
  return {
    /** How many there were, and which 95 of 100 were faster than. */
    async stop(): Promise<{ count: number; p95: number; longest: number }> {
      stopped.abort();
      await ended;
      took.sort((a, b) => a - b);
      return { count: took.length, p95: took[Math.floor(took.length * 0.95)] ?? 0, longest: took.at(-1) ?? 0 };
    },
  };
}
