/**
 * A process that is killed (SIGKILL) at any point of a send: at each statement to the database, each command to the servers
 * and each answer, just before it gets through. Nothing is lost, nothing goes twice, and Sent has one copy, whatever the
 * server does with copies by itself. What nobody can know is shown as uncertain, and stands in Sent until the person decides.
 */
import { describe, expect, it } from 'vitest';
import { type Aftermath, withKillLab } from './kill-send.fixture.ts';
import type { SiteKind } from './kill-send-sites.fixture.ts';

const SOAK = process.env.SOAK === '1';

/** What `npm test` kills at: where the most is at stake. */
const POINTS: Readonly<Record<SiteKind, readonly string[]>> = {
  'a server that files no copy': [
    'sql: the result of commit after insert into outbox (connection_id, state, mime, files, mail_',
    'smtp: the final dot',
    'imap: the answer to APPEND',
  ],
  'a server that files one': ['smtp: the reply to the final dot'],
  'a server that files one under a Message-ID of its own': [
    'smtp: the reply to the final dot',
    'imap: the answer to UID EXPUNGE',
  ],
  'Postfix and Dovecot': [
    "sql: the result of update outbox set step = 'data' where connection_id = $1 and",
    'smtp: QUIT',
  ],
};

/** What may not be; '' when all is as it must be. */
function fault({ state, delivered, copies, listed }: Aftermath, filesCopies: boolean): string {
  if (state === 'sent') return [delivered, copies, listed].every((count) => count === 1) ? '' : 'not exactly one';
  if (state !== 'uncertain') return 'neither sent nor uncertain';
  if (delivered > 1 || copies > (filesCopies ? 1 : 0)) return 'more than one';
  return listed === 1 ? '' : 'not shown';
}

describe.each(Object.keys(POINTS) as SiteKind[])('killed during a send through %s', (kind) => {
  it(
    SOAK ? 'at every point: nothing lost, nothing doubled, one copy' : 'nothing lost, nothing doubled, one copy',
    { timeout: SOAK ? 60 * 60_000 : 120_000 },
    () =>
      withKillLab(kind, async (lab) => {
        const points = SOAK ? await lab.record() : POINTS[kind];
        const ends: Aftermath[] = [];
        const missed: string[] = [];
        for (const point of points) {
          const end = await lab.sendAndDieAt(point);
          if (end) ends.push(end);
          else missed.push(point);
          if (SOAK) process.stdout.write(`${JSON.stringify(end ?? { point, state: 'missed' })}\n`);
        }
        expect(ends.filter((end) => fault(end, lab.site.filesCopies) !== '')).toEqual([]);
        expect((await lab.deliveries()).filter((count) => count > 1)).toEqual([]);
        if (SOAK) {
          process.stdout.write(
            `${kind}: ${ends.length} kills, ${ends.filter(({ state }) => state === 'uncertain').length} uncertain\n`,
          );
          expect(ends.length).toBeGreaterThanOrEqual(100);
        } else expect(missed).toEqual([]);
      }),
  );
});
