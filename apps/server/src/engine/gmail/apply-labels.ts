/** What a look at Gmail says of labels, written down in the look's transaction: the labels there are, and what is shown where. */
import type { ConnectionId, MailboxId, MessageRowId, ThreadId } from '@postroom/db';
import type { Flags, ImapSession } from '../imap/types.ts';
import { ensureGmailLabels, ensureKeywordLabels } from '../index/labels.ts';
import { type Queryable, rows, type Tx } from '../index/sql.ts';
import { flagsWithLabels, type ReadLabels, readLabels } from './labels.ts';
import { carrierMailbox, hideLabels, showLabels } from './show-labels.ts';

/** How a mailbox of a Gmail account is read. */
export interface GmailTarget {
  /** Labels are put on what lies here: All Mail. Otherwise it is Spam, Trash, or a mailbox read as a place. */
  readonly isCarrier: boolean;
  /** The account's labels are labels; false where All Mail is hidden, and its mailboxes are read as places. */
  readonly readsLabels: boolean;
}

/** How each mailbox is read, as the index has them. */
export async function gmailTargets(
  sql: Queryable,
  connectionId: ConnectionId,
  session: Pick<ImapSession, 'quirks'>,
): Promise<(mailboxId: MailboxId) => GmailTarget | null> {
  if (session.quirks.labels === null) return () => null;
  const carrier = await carrierMailbox(sql, connectionId);
  return (mailboxId) => ({ isCarrier: carrier?.id === mailboxId, readsLabels: carrier !== null });
}

interface LabelTarget {
  readonly connectionId: ConnectionId;
  readonly gmail: GmailTarget | null;
}

export interface Labelled {
  readonly flags: Flags;
  /** Null: none are read, or none were told. */
  readonly labels: ReadLabels | null;
}

/** Labels that the user renamed or removed, and the server had not when it was asked: its name → ours, null for none. */
async function renamedLabels(tx: Tx, connectionId: ConnectionId, askedAt: Date): Promise<Map<string, string | null>> {
  const changes = await rows<{ name: string; to: string | null }>(
    tx,
    `select payload ->> 'name' as name, payload ->> 'to' as "to" from operation
     where connection_id = $1 and kind = 'label-mailbox' and payload ->> 'change' <> 'create'
       and (state in ('pending', 'running') or (state = 'done' and finished_at >= $2)) order by id`,
    [connectionId, askedAt],
  );
  return new Map(changes.map(({ name, to }) => [name, to]));
}

/** The flags of FETCH rows, with the labels among them where those are read; labels are made for all that is new. */
export async function withLabels(
  tx: Tx,
  { connectionId, gmail }: LabelTarget,
  fetched: readonly { readonly flags: Flags; readonly labels: readonly string[] | null }[],
  askedAt: Date,
): Promise<Labelled[]> {
  const renamed = gmail?.readsLabels
    ? await renamedLabels(tx, connectionId, askedAt)
    : new Map<string, string | null>();
  const labelled = fetched.map(({ flags, labels: told }): Labelled => {
    if (!gmail?.readsLabels || told === null) return { flags, labels: null };
    const names = told.map((label) => (renamed.has(label) ? renamed.get(label) : label));
    const labels = readLabels(names.filter((name) => typeof name === 'string'));
    return { flags: flagsWithLabels(flags, labels), labels };
  });
  await ensureLabels(tx, connectionId, labelled);
  return labelled;
}

/** Labels for every keyword and every label seen. */
async function ensureLabels(tx: Tx, connectionId: ConnectionId, seen: readonly Labelled[]): Promise<void> {
  const own = new Set(seen.flatMap(({ labels }) => labels?.own ?? []));
  await ensureGmailLabels(tx, connectionId, own);
  const keywords = seen.flatMap(({ flags }) => flags.keywords).filter((keyword) => !own.has(keyword));
  await ensureKeywordLabels(tx, connectionId, new Set(keywords));
}

/** Shows each message where its labels say; gives the conversations that changed by it. */
export async function showWhere(
  tx: Tx,
  target: LabelTarget,
  messageIds: readonly (MessageRowId | undefined)[],
  labelled: readonly Labelled[],
  askedAt: Date,
): Promise<ThreadId[]> {
  const { connectionId, gmail } = target;
  if (!gmail?.readsLabels) return [];
  if (!gmail.isCarrier) {
    await hideLabels(
      tx,
      connectionId,
      messageIds.filter((id) => id !== undefined),
    );
    return [];
  }
  const told = labelled.flatMap(({ labels }, index) => {
    const messageId = messageIds[index];
    return labels === null || messageId === undefined ? [] : [{ messageId, labels }];
  });
  return showLabels(tx, connectionId, told, askedAt);
}
