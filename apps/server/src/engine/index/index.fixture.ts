/** An account with mailboxes, and messages made by what matters of them, for tests of the index. Test code only. */
import type { ConnectionId, MailboxId, MailboxRole, Uid } from '@postroom/db';
import type pg from 'pg';
import { fingerprint, threadKeys } from '../mime/index.ts';
import { insertPlacements } from './insert.ts';
import { refreshThreads } from './refresh.ts';
import { IS_SHOWN, row, rows, transaction } from './sql.ts';
import type { Inserted, NewMessage, NewPlacement } from './types.ts';

export interface MessageSketch {
  /** Message-ID without brackets; made from the subject when left out. */
  readonly id?: string;
  readonly subject?: string;
  readonly from?: string;
  readonly inReplyTo?: string;
  readonly references?: readonly string[];
  /** Minutes after the fixture's beginning. */
  readonly at?: number;
  readonly size?: number;
}

export const BEGINNING = new Date('2026-01-01T00:00:00Z');

export function newMessage(sketch: MessageSketch): NewMessage {
  const subject = sketch.subject ?? 'Lunch';
  const bracket = (id: string) => `<${id}>`;
  const messageId = bracket(sketch.id ?? `${subject.toLowerCase().replaceAll(' ', '-')}@lab.test`);
  const receivedAt = new Date(BEGINNING.getTime() + (sketch.at ?? 0) * 60_000);
  const from = { name: 'Ada', email: sketch.from ?? 'ada@lab.test' };
  const references = (sketch.references ?? []).map(bracket);
  const inReplyTo = sketch.inReplyTo === undefined ? null : bracket(sketch.inReplyTo);
  return {
    fingerprint: fingerprint({ messageId, date: receivedAt, from: [from], subject, to: [], cc: [] }),
    emailId: null,
    messageId,
    inReplyTo,
    references,
    serverThreadKey: null,
    threadKeys: threadKeys({ messageId, inReplyTo: inReplyTo ? [inReplyTo] : [], references, subject }),
    addresses: { from, to: [], cc: [], bcc: [], replyTo: [] },
    subject,
    date: receivedAt,
    receivedAt,
    size: sketch.size ?? 1000,
    structure: null,
    hasAttachments: false,
    snippet: `About ${subject}`,
    extras: {},
    isOwn: false,
  };
}

export interface IndexFixture {
  readonly connectionId: ConnectionId;
  readonly mailboxes: Readonly<Record<'inbox' | 'sent' | 'archive' | 'trash', MailboxId>>;
  /** Puts messages into a mailbox in one transaction, UIDs counted up. */
  add(
    mailbox: MailboxId,
    messages: readonly (NewMessage & Partial<Pick<NewPlacement, 'uid' | 'flags' | 'keywords' | 'state'>>)[],
  ): Promise<Inserted>;
  /** Every kept number against the placements it stands for; empty when the index is right. */
  audit(): Promise<string[]>;
}

export async function indexFixture(pool: pg.Pool): Promise<IndexFixture> {
  await pool.query(`insert into "user" (id, name, email) values ('u1', 'Ada', 'ada@lab.test') on conflict do nothing`);
  const connection = await row<{ id: ConnectionId }>(
    pool,
    `insert into connection (user_id, email, imap, smtp, imap_secret)
     values ('u1', 'ada@lab.test', '{}', '{}', 'not-a-secret') returning id`,
  );
  const connectionId = (connection as { id: ConnectionId }).id;
  const mailbox = async (path: string, role: MailboxRole) =>
    (
      (await row<{ id: MailboxId }>(
        pool,
        'insert into mailbox (connection_id, path, name, role) values ($1, $2, $2, $3) returning id',
        [connectionId, path, role],
      )) as { id: MailboxId }
    ).id;
  const mailboxes = {
    inbox: await mailbox('INBOX', 'inbox'),
    sent: await mailbox('Sent', 'sent'),
    archive: await mailbox('Archive', 'archive'),
    trash: await mailbox('Trash', 'trash'),
  };
  let uid = 0;
  return {
    connectionId,
    mailboxes,
    add: (mailboxId, messages) =>
      transaction(pool, async (tx) => {
        const inserted = await insertPlacements(
          tx,
          connectionId,
          messages.map((message) => {
            uid += 1;
            return {
              mailboxId,
              uid: message.uid === undefined ? (uid as Uid) : message.uid,
              flags: message.flags ?? 0,
              keywords: message.keywords ?? [],
              modSeq: null,
              state: message.state ?? 'present',
              operationId: null,
              message,
            };
          }),
        );
        await refreshThreads(tx, connectionId, inserted.threadIds);
        return inserted;
      }),
    audit: () => auditLists(pool, connectionId),
  };
}

/** Compares lists and counters with what the placements say, by the plainest SQL there is. */
async function auditLists(pool: pg.Pool, connectionId: ConnectionId): Promise<string[]> {
  const wrong = await rows<{ list: string; thread_id: number; kept: string | null; real: string | null }>(
    pool,
    `with real as (
       select 'm' || p.mailbox_id as list, m.thread_id, max(m.received_at) || '/' || count(distinct m.id) || '/' ||
         count(distinct m.id) filter (where p.flags & 1 = 0) as value
       from placement p join message m on m.connection_id = p.connection_id and m.id = p.message_id
       where p.connection_id = $1 and ${IS_SHOWN} group by 1, 2
     ), kept as (
       select list, thread_id, newest_at || '/' || total || '/' || unread as value from thread_list
       where connection_id = $1 and list like 'm%'
     )
     select list, thread_id, kept.value as kept, real.value as real from real full join kept using (list, thread_id)
     where real.value is distinct from kept.value`,
    [connectionId],
  );
  const counters = await rows<{ list: string; kept: string | null; real: string | null }>(
    pool,
    `with real as (
       select list, count(*) || '/' || count(*) filter (where unread > 0) as value from thread_list
       where connection_id = $1 group by 1
     ), kept as (
       select list, total || '/' || unread as value from list_counter
       where connection_id = $1 and (total, unread) <> (0, 0)
     )
     select list, kept.value as kept, real.value as real from real full join kept using (list)
     where real.value is distinct from kept.value`,
    [connectionId],
  );
  return [
    ...wrong.map(({ list, thread_id, kept, real }) => `${list} thread ${thread_id}: kept ${kept}, real ${real}`),
    ...counters.map(({ list, kept, real }) => `counter ${list}: kept ${kept}, real ${real}`),
  ];
}
