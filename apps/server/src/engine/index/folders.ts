/**
 * The contract's folder ids and the lists behind them: role words (`inbox sent draft archive spam bin`), views
 * (`starred snoozed scheduled all`) and ids of mailboxes and labels. RFC words inside, screen words outside.
 */
import type { ConnectionId, LabelId, ListKey, MailboxId, MailboxRole } from '@postroom/db';
import { MailError } from '../../lib/driver/errors.ts';
import { isPublicId, parseId, presentId } from '../../lib/driver/ids.ts';
import {
  type FolderCount,
  type FolderRole,
  type FolderView,
  folderViews,
  type Label,
} from '../../lib/driver/schemas.ts';
import { isStateKeyword, labelNameOfKeyword, SNOOZE_LABEL, sameKeyword } from './flags.ts';
import { type Queryable, rows } from './sql.ts';

export const ROLE_OF_FOLDER: Readonly<Record<FolderRole, MailboxRole>> = {
  inbox: 'inbox',
  sent: 'sent',
  draft: 'drafts',
  archive: 'archive',
  spam: 'junk',
  bin: 'trash',
};

const FOLDER_OF_ROLE: Readonly<Partial<Record<MailboxRole, FolderRole>>> = {
  inbox: 'inbox',
  sent: 'sent',
  drafts: 'draft',
  archive: 'archive',
  junk: 'spam',
  trash: 'bin',
};

const ROLE_LABELS: Readonly<Record<FolderRole, string>> = {
  inbox: 'Inbox',
  sent: 'Sent',
  draft: 'Drafts',
  archive: 'Archive',
  spam: 'Spam',
  bin: 'Bin',
};

const VIEW_LABELS: Readonly<Record<FolderView, string>> = {
  starred: 'Starred',
  snoozed: 'Snoozed',
  scheduled: 'Scheduled',
  all: 'All mail',
};

export interface MailboxRow {
  readonly id: MailboxId;
  readonly path: string;
  readonly name: string;
  readonly role: MailboxRole | null;
  readonly synced: boolean;
  /** It is a label of the server's, and no place. */
  readonly label: string | null;
}

export interface LabelRow {
  readonly id: LabelId;
  readonly name: string;
  readonly color: Label['color'] | null;
  readonly storage: Label['storage'];
  readonly keyword: string | null;
}

/** An account's mailboxes and labels, as the presenters need them. Small; loaded a request. */
export interface Folders {
  readonly connectionId: ConnectionId;
  readonly mailboxes: readonly MailboxRow[];
  readonly labels: readonly LabelRow[];
}

export async function loadFolders(sql: Queryable, connectionId: ConnectionId): Promise<Folders> {
  const [mailboxes, labels] = await Promise.all([
    rows<MailboxRow>(
      sql,
      'select id, path, name, role, synced, label from mailbox where connection_id = $1 order by path',
      [connectionId],
    ),
    rows<LabelRow>(sql, 'select id, name, color, storage, keyword from label where connection_id = $1 order by name', [
      connectionId,
    ]),
  ]);
  // State that the server does not keep is kept as labels are, but is none.
  return {
    connectionId,
    mailboxes,
    labels: labels.filter(
      ({ keyword, storage }) =>
        !isStateKeyword(keyword ?? '') || (storage === 'gmail' && !sameKeyword(keyword ?? '', SNOOZE_LABEL)),
    ),
  };
}

export interface FolderTarget {
  /** Null: a view or a role that this account has nothing for. */
  readonly list: ListKey | null;
  readonly mailbox: MailboxRow | null;
  readonly label: LabelRow | null;
  readonly view: FolderView | null;
}

export function isRoleWord(folder: string): folder is FolderRole {
  return Object.hasOwn(ROLE_OF_FOLDER, folder);
}

function isView(folder: string): folder is FolderView {
  return (folderViews as readonly string[]).includes(folder);
}

/** What a folder id names in this account. MAILBOX_NOT_FOUND for an id that is not the account's. */
export function resolveFolder(folders: Folders, folder: string): FolderTarget {
  const none = { list: null, mailbox: null, label: null, view: null };
  if (isView(folder)) return { ...none, list: folder === 'scheduled' ? null : folder, view: folder };
  if (isRoleWord(folder)) {
    const mailbox = folders.mailboxes.find(({ role }) => role === ROLE_OF_FOLDER[folder]);
    return mailbox ? { ...none, list: `m${mailbox.id}`, mailbox } : none;
  }
  if (isPublicId('mailbox', folder)) {
    const { connectionId, id } = parseId('mailbox', folder);
    const mailbox = folders.mailboxes.find((one) => connectionId === folders.connectionId && one.id === id);
    if (mailbox) return { ...none, list: `m${mailbox.id}`, mailbox };
  }
  if (isPublicId('label', folder)) {
    const { connectionId, id } = parseId('label', folder);
    const label = folders.labels.find((one) => connectionId === folders.connectionId && one.id === id);
    if (label) return { ...none, list: `l${label.id}`, label };
  }
  throw new MailError({ code: 'MAILBOX_NOT_FOUND', message: 'This folder is not here (any more).' });
}

/** The id that the outside knows a mailbox by. */
export function presentMailboxId(connectionId: ConnectionId, mailbox: Pick<MailboxRow, 'id' | 'role'>): string {
  return (mailbox.role && FOLDER_OF_ROLE[mailbox.role]) ?? presentId('mailbox', connectionId, mailbox.id);
}

export function presentLabel(connectionId: ConnectionId, label: LabelRow): Label {
  return {
    id: presentId('label', connectionId, label.id),
    name: label.name || labelNameOfKeyword(label.keyword ?? ''),
    type: 'user',
    ...(label.color ? { color: label.color } : {}),
    storage: label.storage,
  };
}

/** `mail.count`: every mailbox, view and label with its kept counters. `scheduled` is the outbox's number. */
export async function countFolders(sql: Queryable, folders: Folders, scheduled: number): Promise<FolderCount[]> {
  const counters = new Map(
    (
      await rows<{ list: ListKey; total: number; unread: number }>(
        sql,
        'select list, total, unread from list_counter where connection_id = $1',
        [folders.connectionId],
      )
    ).map((counter) => [counter.list, counter]),
  );
  const snoozed = folders.mailboxes.find(({ role }) => role === 'snoozed');
  const isOnlySnoozed = snoozed !== undefined && (await holdsOnlySnoozed(sql, folders.connectionId, snoozed.id));
  const numbers = (list: ListKey) => ({
    count: counters.get(list)?.unread ?? 0,
    total: counters.get(list)?.total ?? 0,
  });
  const mailboxes = folders.mailboxes
    .filter(({ synced }) => synced)
    .map((mailbox): FolderCount => {
      const word = mailbox.role ? FOLDER_OF_ROLE[mailbox.role] : undefined;
      return {
        id: presentMailboxId(folders.connectionId, mailbox),
        label: word ? ROLE_LABELS[word] : mailbox.name,
        path: mailbox.path,
        role: word ?? null,
        ...numbers(`m${mailbox.id}`),
        ...(mailbox.id === snoozed?.id && isOnlySnoozed ? { holds: 'snoozed' as const } : {}),
      };
    });
  const views = folderViews.map(
    (view): FolderCount => ({
      id: view,
      label: VIEW_LABELS[view],
      path: null,
      role: view,
      ...(view === 'scheduled' ? { count: 0, total: scheduled } : numbers(view)),
    }),
  );
  const labels = folders.labels.map((label): FolderCount => {
    const { id, name } = presentLabel(folders.connectionId, label);
    return { id, label: name, path: null, role: null, ...numbers(`l${label.id}`) };
  });
  return [...mailboxes, ...views, ...labels];
}

/** Nothing lies there that another client has filed, and that no time of ours brings back. */
async function holdsOnlySnoozed(sql: Queryable, connectionId: ConnectionId, mailboxId: MailboxId): Promise<boolean> {
  const others = await rows(
    sql,
    `select 1 from thread_list l join thread t on t.connection_id = l.connection_id and t.id = l.thread_id
     where l.connection_id = $1 and l.list = $2 and t.snoozed_until is null limit 1`,
    [connectionId, `m${mailboxId}`],
  );
  return others.length === 0;
}
