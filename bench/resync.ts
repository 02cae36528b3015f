/** What other clients changed in a great mailbox while the app was not running, and how soon the index has it. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Row, row } from './row.ts';
import type { ImapClient, Stage } from './stage.ts';
import { timed } from './statistics.ts';

const STARRED = 900;
const DELETED = 100;
/** Counting takes the database some 20 ms itself. */
const LOOK_MS = 100;

/** Stars and deletes messages all over the inbox with the app ended; the time from "ready" until the index is equal. */
export async function resyncRows(stage: Stage): Promise<Row[]> {
  const other = await stage.openImap();
  const before = await stateOf(stage);
  let aloneMs = 0;
  await stage.restart(async () => {
    const since = await other.status('INBOX', { highestModseq: true, uidValidity: true });
    await change(other, stage.messages);
    aloneMs = await timed(() => learnChanges(stage, since));
  });
  const startedAt = performance.now();
  for (;;) {
    const now = await stateOf(stage);
    if (now.messages === before.messages - DELETED && now.starred === before.starred + STARRED) break;
    await delay(LOOK_MS);
  }
  const elapsed = performance.now() - startedAt;
  return [
    row({ id: 'resync-alone', what: 'yardstick: imapflow alone connects and is told of them', unit: 'ms' }, [aloneMs]),
    row(
      {
        id: 'resync',
        what: `${STARRED + DELETED} changes while away: app ready → index equal (QRESYNC)`,
        unit: 'ms',
        targets: [{ of: 'median', atMost: 1500 }],
      },
      [elapsed],
    ),
  ];
}

/** All that a client does who knows the mailbox as it was: it selects it, and the answer holds what changed since. */
async function learnChanges(stage: Stage, since: Awaited<ReturnType<ImapClient['status']>>): Promise<void> {
  const client = await stage.openImap({ qresync: true });
  const { highestModseq, uidValidity } = since || {};
  if (highestModseq === undefined || uidValidity === undefined) throw new Error('The server keeps no mod-sequences.');
  await client.mailboxOpen('INBOX', { readOnly: true, changedSince: highestModseq, uidValidity });
  await client.logout();
}

/** Every so many-th message, from the oldest: the first of them are starred, the last are deleted. */
async function change(other: ImapClient, messages: number): Promise<void> {
  await other.mailboxOpen('INBOX');
  const step = Math.floor(messages / (STARRED + DELETED + 1));
  const numbers = Array.from({ length: STARRED + DELETED }, (_, index) => (index + 1) * step);
  await other.messageFlagsAdd(numbers.slice(0, STARRED).join(','), ['\\Flagged']);
  await other.messageDelete(numbers.slice(STARRED).join(','));
  await other.mailboxClose();
}

async function stateOf({ database }: Stage): Promise<{ messages: number; starred: number }> {
  const { rows } = await database.pool.query<{ messages: number; starred: number }>(
    `select count(*)::int as messages, (count(*) filter (where p.flags & 4 <> 0))::int as starred
     from placement p join mailbox b on b.connection_id = p.connection_id and b.id = p.mailbox_id where b.role = 'inbox'`,
  );
  return rows[0] ?? { messages: 0, starred: 0 };
}
