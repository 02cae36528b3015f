/** A half-open connection looks like a silent one: ask before somebody waits a minute on it. */
import type { ImapSession } from './types.ts';

const CHECK_MS = 5_000;

export async function isAlive(session: ImapSession): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), CHECK_MS);
  });
  const asked = session.noop().then(
    () => !session.closed,
    () => false,
  );
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}
