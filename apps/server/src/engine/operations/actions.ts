/**
 * What a user does to conversations: one transaction each for the local half, the operations and the news; the server hears
 * of it afterwards, by itself. Every action but deleting for good can be taken back with its token.
 */
import { randomUUID } from 'node:crypto';
import type { ConnectionId, MailboxId, OperationId, ThreadId } from '@postroom/db';
import type pg from 'pg';
import { notFound } from '../../lib/driver/errors.ts';
import { presentConnectionId, presentId } from '../../lib/driver/ids.ts';
import { publish } from '../events/publish.ts';
import type { Flags } from '../imap/types.ts';
import { sameKeyword } from '../index/flags.ts';
import { isRoleWord, loadFolders, ROLE_OF_FOLDER, resolveFolder } from '../index/folders.ts';
import { refreshThreads } from '../index/refresh.ts';
import { lockAccount, rows, type Tx, transaction } from '../index/sql.ts';
import { loadCandidates } from './candidates.ts';
import { enqueueOperation, reverseOf, takeBack, threadsOfOperation } from './local.ts';
import { mailboxOfRole } from './mailbox-of-role.ts';
import { hasWork, type OperationBody, operationSchema } from './payloads.ts';
import { returnOperations, snoozeOperations } from './snooze.ts';
import {
  type Candidate,
  toArchive,
  toDelete,
  toMarkImportant,
  toMarkRead,
  toMarkUnread,
  toMove,
  toStar,
  toUnstar,
} from './targets.ts';
import { assertFuture, waitingOperation } from './waiting.ts';
import { wakeAccount } from './wake.ts';

export interface Done {
  readonly undo?: string;
}

/** The keyword of RFC 8457. */
const IMPORTANT = '$Important';
const NO_FLAGS: Flags = { system: [], keywords: [] };
const flag = (name: Flags['system'][number]): Flags => ({ system: [name], keywords: [] });

interface Decision {
  readonly operations: OperationBody[];
  readonly undoable: boolean;
  /** The user has dealt with it: what stands in the inbox without a message there goes from it. */
  readonly isFiled?: boolean;
}

export type Actions = ReturnType<typeof createActions>;

export function createActions({ pool }: { readonly pool: pg.Pool }) {
  /** The frame of every action: lock, decide, do the local half, refresh, tell, wake. */
  async function act(
    connectionId: ConnectionId,
    threadIds: readonly ThreadId[],
    decide: (tx: Tx, candidates: readonly Candidate[]) => Promise<Decision>,
  ): Promise<Done> {
    return transaction(pool, async (tx) => {
      await lockAccount(tx, connectionId);
      const {
        operations,
        undoable,
        isFiled = false,
      } = await decide(tx, await loadCandidates(tx, connectionId, threadIds));
      const unpinned = isFiled ? await unpin(tx, connectionId, threadIds) : [];
      const wanted = [...unpinned, ...operations].filter(hasWork);
      if (wanted.length === 0) return {};
      const token = undoable ? `${presentConnectionId(connectionId)}.${randomUUID()}` : null;
      for (const operation of wanted) await enqueueOperation(tx, connectionId, operation, token);
      await tell(tx, connectionId, threadIds);
      return token === null ? {} : { undo: token };
    });
  }

  const setFlags = (
    connectionId: ConnectionId,
    threadIds: readonly ThreadId[],
    pick: (candidates: readonly Candidate[]) => number[],
    change: { add?: Flags; remove?: Flags },
  ) =>
    act(connectionId, threadIds, async (_tx, candidates) => ({
      undoable: true,
      operations: [
        {
          kind: 'flags',
          payload: {
            messageIds: pick(candidates),
            add: mutable(change.add ?? NO_FLAGS),
            remove: mutable(change.remove ?? NO_FLAGS),
          },
        },
      ],
    }));

  const moveTo = (
    connectionId: ConnectionId,
    threadIds: readonly ThreadId[],
    pick: (candidates: readonly Candidate[]) => Candidate[],
    target: (tx: Tx) => Promise<MailboxId>,
  ) =>
    act(connectionId, threadIds, async (tx, candidates) => ({
      undoable: true,
      isFiled: true,
      operations: [moveOperation(pick(candidates), await target(tx))],
    }));

  return {
    markAsRead: (connectionId: ConnectionId, threadIds: readonly ThreadId[]) =>
      setFlags(connectionId, threadIds, toMarkRead, { add: flag('seen') }),
    markAsUnread: (connectionId: ConnectionId, threadIds: readonly ThreadId[]) =>
      setFlags(connectionId, threadIds, toMarkUnread, { remove: flag('seen') }),
    star: (connectionId: ConnectionId, threadIds: readonly ThreadId[]) =>
      setFlags(connectionId, threadIds, toStar, { add: flag('flagged') }),
    unstar: (connectionId: ConnectionId, threadIds: readonly ThreadId[]) =>
      setFlags(connectionId, threadIds, toUnstar, { remove: flag('flagged') }),
    /** Unstars when any message of any of them is starred, else stars. */
    toggleStar: (connectionId: ConnectionId, threadIds: readonly ThreadId[]) =>
      act(connectionId, threadIds, async (_tx, candidates) => {
        const starred = toUnstar(candidates);
        const none = mutable(NO_FLAGS);
        const flagged = mutable(flag('flagged'));
        const payload =
          starred.length > 0
            ? { messageIds: starred, add: none, remove: flagged }
            : { messageIds: toStar(candidates), add: flagged, remove: none };
        return { undoable: true, operations: [{ kind: 'flags', payload }] };
      }),
    markAsImportant: (connectionId: ConnectionId, threadIds: readonly ThreadId[]) =>
      setFlags(connectionId, threadIds, toMarkImportant, { add: { system: [], keywords: [IMPORTANT] } }),
    mute: (connectionId: ConnectionId, threadIds: readonly ThreadId[]) =>
      act(connectionId, threadIds, async (tx) => ({
        undoable: true,
        isFiled: true,
        operations: await waitingOperation(tx, connectionId, threadIds, () => ({ muted: true })),
      })),
    snooze: async (connectionId: ConnectionId, threadIds: readonly ThreadId[], until: Date, now: Date) => {
      assertFuture(until, now);
      return act(connectionId, threadIds, async (tx, candidates) => ({
        undoable: true,
        operations: await snoozeOperations(tx, connectionId, threadIds, { candidates, until }),
      }));
    },
    unsnooze: (connectionId: ConnectionId, threadIds: readonly ThreadId[], now: Date) =>
      act(connectionId, threadIds, async (tx, candidates) => ({
        undoable: true,
        operations: await returnOperations(tx, connectionId, threadIds, { candidates, how: { by: 'user', now } }),
      })),
    archive: (connectionId: ConnectionId, threadIds: readonly ThreadId[]) =>
      moveTo(connectionId, threadIds, toArchive, (tx) => mailboxOfRole(tx, connectionId, 'archive')),
    spam: (connectionId: ConnectionId, threadIds: readonly ThreadId[], folder: MailboxId | null) =>
      act(connectionId, threadIds, async (tx, candidates) => {
        const spam = toMove(candidates, folder);
        const to = await mailboxOfRole(tx, connectionId, 'junk');
        const operations = [...mark(spam, '$Junk', '$NotJunk'), moveOperation(spam, to)];
        return { undoable: true, isFiled: true, operations };
      }),

    notSpam: (connectionId: ConnectionId, threadIds: readonly ThreadId[]) =>
      act(connectionId, threadIds, async (tx, candidates) => {
        const good = candidates.filter(({ role }) => role === 'junk');
        const to = await mailboxOfRole(tx, connectionId, 'inbox');
        return { undoable: true, operations: [...mark(good, '$NotJunk', '$Junk'), moveOperation(good, to)] };
      }),

    move: (connectionId: ConnectionId, threadIds: readonly ThreadId[], to: MailboxId, folder: MailboxId | null) =>
      moveTo(
        connectionId,
        threadIds,
        (candidates) => toMove(candidates, folder).filter(({ mailboxId }) => mailboxId !== to),
        async () => to,
      ),
    delete: (connectionId: ConnectionId, threadIds: readonly ThreadId[], folder: MailboxId | null) =>
      act(connectionId, threadIds, async (tx, candidates) => {
        const { toBin, forGood } = toDelete(candidates, folder);
        const operations: OperationBody[] = [];
        if (toBin.length > 0) operations.push(moveOperation(toBin, await mailboxOfRole(tx, connectionId, 'trash')));
        if (forGood.length > 0) operations.push({ kind: 'expunge', payload: { items: itemsOf(forGood) } });
        return { operations, undoable: forGood.length === 0, isFiled: true };
      }),

    /** Where mail can be moved to: the mailbox of a folder id, made for a role that has none; null for what is no place. */
    async targetOf(connectionId: ConnectionId, folder: string): Promise<MailboxId | null> {
      const { mailbox } = resolveFolder(await loadFolders(pool, connectionId), folder);
      // What is sent and what is a draft is Gmail's alone to say.
      if (mailbox?.label && mailbox.role !== 'inbox') return null;
      if (mailbox) return mailbox.id;
      if (!isRoleWord(folder)) return null;
      return transaction(pool, async (tx) => {
        await lockAccount(tx, connectionId);
        return mailboxOfRole(tx, connectionId, ROLE_OF_FOLDER[folder]);
      });
    },

    /** Takes an action back: what has not left yet is dropped, what the server did is done the other way round. */
    async undo(connectionId: ConnectionId, token: string): Promise<void> {
      await transaction(pool, async (tx) => {
        await lockAccount(tx, connectionId);
        const found = await rows<{ id: OperationId; kind: string; payload: unknown; state: string }>(
          tx,
          'select id, kind, payload, state from operation where connection_id = $1 and undo_token = $2 order by id desc for update',
          [connectionId, token],
        );
        if (found.length === 0) throw notFound('action');
        for (const { id, kind, payload, state } of found) {
          const operation = operationSchema.parse({ kind, payload });
          if (state === 'pending') await takeBack(tx, connectionId, id, operation);
          else if (state === 'running' || state === 'done') await reverse(tx, connectionId, operation);
          else continue;
          await tx.query(
            `update operation set undo_token = null, state = case state when 'pending' then 'undone' else state end,
               finished_at = coalesce(finished_at, now()) where connection_id = $1 and id = $2`,
            [connectionId, id],
          );
          await tell(tx, connectionId, await threadsOfOperation(tx, connectionId, operation));
        }
      });
    },
  };
}

async function reverse(tx: Tx, connectionId: ConnectionId, operation: OperationBody): Promise<void> {
  if (operation.kind === 'flags') {
    await enqueueOperation(tx, connectionId, { kind: 'flags', payload: reverseOf(operation.payload) }, null);
    return;
  }
  if (operation.kind === 'waiting') {
    const { before, after } = operation.payload;
    await enqueueOperation(tx, connectionId, { kind: 'waiting', payload: { before: after, after: before } }, null);
    return;
  }
  if (operation.kind === 'local-label') {
    const payload = { ...operation.payload, isAdded: !operation.payload.isAdded };
    await enqueueOperation(tx, connectionId, { kind: 'local-label', payload }, null);
    return;
  }
  if (operation.kind !== 'move') return;
  const { items, to } = operation.payload;
  for (const from of new Set(items.map((item) => item.from))) {
    const back = items.filter((item) => item.from === from).map(({ messageId }) => ({ messageId, from: to }));
    await enqueueOperation(tx, connectionId, { kind: 'move', payload: { items: back, to: from } }, null);
  }
}

/** Takes conversations from the top of the inbox that have no message there (docs/decisions/008). */
const unpin = (tx: Tx, connectionId: ConnectionId, threadIds: readonly ThreadId[]) =>
  waitingOperation(tx, connectionId, threadIds, ({ surfaced }) => (surfaced?.alone ? { surfaced: null } : {}));

const itemsOf = (candidates: readonly Candidate[]) =>
  candidates.map(({ messageId, mailboxId }) => ({ messageId, from: mailboxId }));

function moveOperation(candidates: readonly Candidate[], to: MailboxId): OperationBody {
  return { kind: 'move', payload: { items: itemsOf(candidates).filter(({ from }) => from !== to), to } };
}

/** One keyword instead of the other, for filters that learn from it; only where it is so not yet, so that the way back is exact. */
function mark(candidates: readonly Candidate[], wanted: string, unwanted: string): OperationBody[] {
  const having = (keyword: string, has: boolean) =>
    candidates.flatMap(({ messageId, keywords }) =>
      keywords.some((one) => sameKeyword(one, keyword)) === has ? [messageId] : [],
    );
  const none = mutable(NO_FLAGS);
  const flagged = (keyword: string) => ({ system: [], keywords: [keyword] });
  return [
    { kind: 'flags', payload: { messageIds: having(unwanted, true), add: none, remove: flagged(unwanted) } },
    { kind: 'flags', payload: { messageIds: having(wanted, false), add: flagged(wanted), remove: none } },
  ];
}

const mutable = ({ system, keywords }: Flags) => ({ system: [...system], keywords: [...keywords] });

async function tell(tx: Tx, connectionId: ConnectionId, threadIds: readonly ThreadId[]): Promise<void> {
  await refreshThreads(tx, connectionId, threadIds);
  const ids = threadIds.map((id) => presentId('thread', connectionId, id));
  await publish(tx, { connectionId, kind: 'threads', ids });
  await publish(tx, { connectionId, kind: 'counts', ids: [] });
  await wakeAccount(tx, connectionId);
}
