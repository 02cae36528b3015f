/**
 * Labels of an account: keywords on the server where it keeps any, else kept here by message, so that they survive moves.
 * Where the server has labels of its own (Gmail), those.
 */
import { randomUUID } from 'node:crypto';
import type { ConnectionId, LabelColor, LabelId, MailboxId, MessageRowId, ThreadId } from '@postroom/db';
import type pg from 'pg';
import { MailError, notFound } from '../../lib/driver/errors.ts';
import { presentConnectionId, presentId } from '../../lib/driver/ids.ts';
import { publish } from '../events/publish.ts';
import { assertLabelName, createOnServer, deleteOnServer, renameOnServer } from '../gmail/label-changes.ts';
import { loadPlaces } from '../gmail/places.ts';
import { sameKeyword } from '../index/flags.ts';
import { IS_SHOWN, lockAccount, row, rows, type Tx, transaction } from '../index/sql.ts';
import { tellThreads, threadsOf } from '../outbox/own-copy.ts';
import type { Done } from './actions.ts';
import { loadCandidates } from './candidates.ts';
import { enqueueOperation } from './local.ts';
import { mailboxOfRole } from './mailbox-of-role.ts';
import { toArchive, toMove } from './targets.ts';
import { wakeAccount } from './wake.ts';

interface StoredLabel {
  readonly id: LabelId;
  /** Null: kept here. */
  readonly keyword: string | null;
  /** One of the server's own. */
  readonly isOnServer: boolean;
}

const noPlace = () => new MailError({ code: 'INVALID_INPUT', message: 'Mail cannot be moved there.' });

const NOTHING = { system: [], keywords: [] };

/** A keyword (RFC 9051 atom) for a label's name; the name itself stays here. */
export function keywordFor(name: string): string {
  const atom = name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9_-]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 40);
  const isWhole = atom === name;
  return isWhole && atom !== '' ? atom : `${atom === '' ? 'label' : atom}_${randomUUID().slice(0, 6)}`;
}

export type Labels = ReturnType<typeof createLabels>;

export function createLabels({ pool }: { readonly pool: pg.Pool }) {
  async function write<T>(connectionId: ConnectionId, work: (tx: Tx) => Promise<T>): Promise<T> {
    return transaction(pool, async (tx) => {
      await lockAccount(tx, connectionId);
      const result = await work(tx);
      await publish(tx, { connectionId, kind: 'labels', ids: [] });
      return result;
    });
  }

  return {
    /** Adds and removes labels on all messages that the conversations show. */
    async modify(
      connectionId: ConnectionId,
      threadIds: readonly ThreadId[],
      change: { add: readonly LabelId[]; remove: readonly LabelId[] },
    ): Promise<Done> {
      return write(connectionId, async (tx) => {
        const messageIds = await shownMessages(tx, connectionId, threadIds);
        const token = `${presentConnectionId(connectionId)}.${randomUUID()}`;
        let hasUndo = false;
        for (const [mode, ids] of Object.entries(change)) {
          for (const { id, keyword } of await load(tx, connectionId, ids)) {
            const isAdded = mode === 'add';
            if (keyword === null) {
              if (await setLocal(tx, connectionId, { messageIds, labelId: id, isAdded }, token)) hasUndo = true;
            } else if (await setKeyword(tx, connectionId, messageIds, keyword, { isAdded, token })) hasUndo = true;
          }
        }
        await tellThreads(tx, connectionId, threadIds);
        await wakeAccount(tx, connectionId);
        return hasUndo ? { undo: token } : {};
      });
    },

    /**
     * Moves into a label: it is put on what is moved, which leaves the inbox, or the label that it is moved from. Only
     * where labels are the server's; elsewhere a label is no place.
     */
    async moveInto(
      connectionId: ConnectionId,
      threadIds: readonly ThreadId[],
      to: LabelId,
      from: { readonly mailbox: MailboxId | null; readonly label: LabelId | null },
    ): Promise<Done> {
      return write(connectionId, async (tx) => {
        const labels = await load(tx, connectionId, [to, ...(from.label === null ? [] : [from.label])]);
        const target = labels.find(({ id }) => id === to);
        const source = labels.find(({ id }) => id === from.label && id !== to);
        if (!target?.isOnServer || target.keyword === null) throw noPlace();
        const candidates = toMove(await loadCandidates(tx, connectionId, threadIds), from.mailbox).filter(
          ({ keywords }) => !source || keywords.some((one) => sameKeyword(one, source.keyword ?? '')),
        );
        const token = `${presentConnectionId(connectionId)}.${randomUUID()}`;
        const messageIds = [...new Set(candidates.map(({ messageId }) => messageId))];
        let hasUndo = await setKeyword(tx, connectionId, messageIds, target.keyword, { isAdded: true, token });
        if (source?.keyword) {
          const isTaken = await setKeyword(tx, connectionId, messageIds, source.keyword, { isAdded: false, token });
          hasUndo ||= isTaken;
        }
        const items = toArchive(candidates).map(({ messageId, mailboxId }) => ({ messageId, from: mailboxId }));
        if (items.length > 0) {
          const payload = { items, to: await mailboxOfRole(tx, connectionId, 'archive') };
          await enqueueOperation(tx, connectionId, { kind: 'move', payload }, token);
        }
        await tellThreads(tx, connectionId, threadIds);
        await wakeAccount(tx, connectionId);
        return hasUndo || items.length > 0 ? { undo: token } : {};
      });
    },

    async create(connectionId: ConnectionId, { name, color }: { name: string; color?: LabelColor | undefined }) {
      return write(connectionId, async (tx) => {
        await requireFreeName(tx, connectionId, name, null);
        const refusing = await row<{ refuses: boolean }>(
          tx,
          `select coalesce(bool_or(keywords_allowed = false), false) as refuses from mailbox
           where connection_id = $1`,
          [connectionId],
        );
        const places = await loadPlaces(tx, connectionId);
        if (places) assertLabelName(name, places);
        const keyword = places ? name : refusing?.refuses ? null : keywordFor(name);
        const storage = places ? 'gmail' : keyword === null ? 'local' : 'keyword';
        const made = await row<{ id: LabelId }>(
          tx,
          'insert into label (connection_id, name, color, storage, keyword) values ($1, $2, $3, $4, $5) returning id',
          [connectionId, name, color ? JSON.stringify(color) : null, storage, keyword],
        );
        if (places) {
          await createOnServer(tx, connectionId, name);
          await wakeAccount(tx, connectionId);
        }
        return { id: presentId('label', connectionId, (made as { id: LabelId }).id) };
      });
    },

    /** A keyword on the server stays, only what the screen calls it changes; a label of the server's own is renamed there. */
    async update(connectionId: ConnectionId, id: LabelId, label: { name: string; color?: LabelColor | undefined }) {
      await write(connectionId, async (tx) => {
        await requireFreeName(tx, connectionId, label.name, id);
        const [known] = await load(tx, connectionId, [id]);
        if (known?.isOnServer && known.keyword !== null) {
          const places = await loadPlaces(tx, connectionId);
          if (places) assertLabelName(label.name, places);
          await renameOnServer(tx, connectionId, id, known.keyword, label.name);
          await wakeAccount(tx, connectionId);
        }
        const { rowCount } = await tx.query(
          'update label set name = $3, color = coalesce($4, color) where connection_id = $1 and id = $2',
          [connectionId, id, label.name, label.color ? JSON.stringify(label.color) : null],
        );
        if (rowCount === 0) throw notFound('label');
      });
    },

    /** The label goes, and with it its keyword from every message. */
    async delete(connectionId: ConnectionId, id: LabelId): Promise<void> {
      await write(connectionId, async (tx) => {
        const [label] = await load(tx, connectionId, [id]);
        if (!label) throw notFound('label');
        const labelled = await rows<{ id: MessageRowId }>(
          tx,
          `select message_id as id from placement where connection_id = $1
             and lower($2) = any(select lower(k) from unnest(keywords) k)
           union select message_id from message_label where connection_id = $1 and label_id = $3`,
          [connectionId, label.keyword, id],
        );
        const messageIds = labelled.map((message) => message.id);
        if (label.keyword !== null && label.isOnServer) await deleteOnServer(tx, connectionId, label.keyword);
        else if (label.keyword !== null)
          await setKeyword(tx, connectionId, messageIds, label.keyword, { isAdded: false, token: null });
        await tx.query('delete from label where connection_id = $1 and id = $2', [connectionId, id]);
        await tellThreads(tx, connectionId, await threadsOf(tx, connectionId, messageIds));
        await wakeAccount(tx, connectionId);
      });
    },
  };
}

async function load(tx: Tx, connectionId: ConnectionId, ids: readonly LabelId[]): Promise<StoredLabel[]> {
  const found = await rows<StoredLabel & pg.QueryResultRow>(
    tx,
    `select id, case when storage <> 'local' then keyword end as keyword, storage = 'gmail' as "isOnServer"
     from label where connection_id = $1 and id = any($2::int[])`,
    [connectionId, ids],
  );
  if (found.length < new Set(ids).size) throw notFound('label');
  return found;
}

/** All that `mail.get` gives: not what lies only in junk and trash, unless nothing else is left. */
async function shownMessages(
  tx: Tx,
  connectionId: ConnectionId,
  threadIds: readonly ThreadId[],
): Promise<MessageRowId[]> {
  const found = await rows<{ id: MessageRowId }>(
    tx,
    `with shown as (
       select m.id, m.thread_id, bool_or(coalesce(b.role, '') not in ('junk', 'trash')) as outside
       from message m join placement p on p.connection_id = m.connection_id and p.message_id = m.id
       join mailbox b on b.connection_id = p.connection_id and b.id = p.mailbox_id
       where m.connection_id = $1 and m.thread_id = any($2::bigint[]) and ${IS_SHOWN}
       group by 1, 2
     ) select id from shown s where outside
       or not exists (select 1 from shown o where o.thread_id = s.thread_id and o.outside)`,
    [connectionId, threadIds],
  );
  return found.map(({ id }) => id);
}

/** Only on messages that really change, so that the way back is exact. */
async function setKeyword(
  tx: Tx,
  connectionId: ConnectionId,
  messageIds: readonly MessageRowId[],
  keyword: string,
  { isAdded, token }: { isAdded: boolean; token: string | null },
): Promise<boolean> {
  const changing = await rows<{ id: MessageRowId }>(
    tx,
    `select distinct message_id as id from placement where connection_id = $1 and message_id = any($2::bigint[])
       and state <> 'leaving' and (lower($3) = any(select lower(k) from unnest(keywords) k)) <> $4`,
    [connectionId, messageIds, keyword, isAdded],
  );
  if (changing.length === 0) return false;
  const keywords = { system: [], keywords: [keyword] };
  const payload = {
    messageIds: changing.map(({ id }) => id),
    add: isAdded ? keywords : NOTHING,
    remove: isAdded ? NOTHING : keywords,
  };
  await enqueueOperation(tx, connectionId, { kind: 'flags', payload }, token);
  return true;
}

/** Likewise, for a label that is kept here. */
async function setLocal(
  tx: Tx,
  connectionId: ConnectionId,
  { messageIds, labelId, isAdded }: { messageIds: readonly MessageRowId[]; labelId: LabelId; isAdded: boolean },
  token: string,
): Promise<boolean> {
  const labelled = await rows<{ id: MessageRowId }>(
    tx,
    `select message_id as id from message_label
     where connection_id = $1 and label_id = $2 and message_id = any($3::bigint[])`,
    [connectionId, labelId, messageIds],
  );
  const has = new Set(labelled.map(({ id }) => id));
  const changing = messageIds.filter((id) => has.has(id) !== isAdded);
  if (changing.length === 0) return false;
  const payload = { messageIds: changing, labelId, isAdded };
  await enqueueOperation(tx, connectionId, { kind: 'local-label', payload }, token);
  return true;
}

async function requireFreeName(tx: Tx, connectionId: ConnectionId, name: string, except: LabelId | null) {
  const taken = await row<{ id: LabelId }>(
    tx,
    'select id from label where connection_id = $1 and lower(name) = lower($2) and id is distinct from $3',
    [connectionId, name, except],
  );
  if (taken) throw new MailError({ code: 'CONFLICT', message: `There is a label “${name}” already.` });
}
