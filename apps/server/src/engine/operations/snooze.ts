/**
 * Snoozing and coming back, as operations: what the conversation says (waiting.ts) and where its messages lie meanwhile
 * (snooze-place.ts). Two halves on purpose: when the server refuses the second, the first still holds, here alone.
 */
import type { ConnectionId, LabelId, ListKey, MessageRowId, ThreadId } from '@postroom/db';
import { FLAG, sameKeyword } from '../index/flags.ts';
import { row, type Tx } from '../index/sql.ts';
import { mailboxOfRole } from './mailbox-of-role.ts';
import type { OperationBody, Waiting } from './payloads.ts';
import { type SnoozePlace, snoozePlace } from './snooze-place.ts';
import { type Candidate, toSnooze } from './targets.ts';
import { loadWaiting, waitingOperation } from './waiting.ts';

const NOTHING = { system: [], keywords: [] };

const itemsOf = (candidates: readonly Candidate[]) =>
  candidates.map(({ messageId, mailboxId }) => ({ messageId, from: mailboxId }));
const messagesOf = (candidates: readonly Candidate[]) => [...new Set(candidates.map(({ messageId }) => messageId))];

/** Until then; what is snoozed already only has another time. */
export async function snoozeOperations(
  tx: Tx,
  connectionId: ConnectionId,
  threadIds: readonly ThreadId[],
  { candidates, until }: { candidates: readonly Candidate[]; until: Date },
): Promise<OperationBody[]> {
  const place = await snoozePlace(tx, connectionId);
  const lying = candidates.filter((one) => liesIn(place, one));
  const moved =
    place.kind === 'here'
      ? []
      : toSnooze(
          candidates.filter((one) => !liesIn(place, one)),
          lying,
        );
  const placed = new Set([...lying, ...moved].map(({ threadId }) => threadId));
  const waiting = await waitingOperation(tx, connectionId, threadIds, ({ threadId }) => ({
    snoozedUntil: until.toISOString(),
    snoozedIn: place.kind !== 'here' && placed.has(threadId) ? place.list : null,
    surfaced: null,
  }));
  if (moved.length === 0) return waiting;
  if (place.kind === 'mailbox') return [...waiting, { kind: 'move', payload: { items: itemsOf(moved), to: place.id } }];
  if (place.kind === 'here') return waiting;
  const labelled = { messageIds: messagesOf(moved), add: { system: [], keywords: [place.keyword] }, remove: NOTHING };
  const archived = itemsOf(moved.filter(({ role }) => role === 'inbox'));
  const to = await mailboxOfRole(tx, connectionId, 'archive');
  return [...waiting, { kind: 'flags', payload: labelled }, { kind: 'move', payload: { items: archived, to } }];
}

function liesIn(place: SnoozePlace, { mailboxId, keywords }: Candidate): boolean {
  if (place.kind === 'mailbox') return mailboxId === place.id;
  return place.kind === 'label' && keywords.some((one) => sameKeyword(one, place.keyword));
}

/** How a conversation comes back: asked for, due (on top and unread), or because somebody wrote. */
export type Return =
  | { readonly by: 'answer' }
  | { readonly by: 'user'; readonly now: Date }
  | { readonly by: 'snooze' | 'reminder'; readonly now: Date; readonly since?: (threadId: ThreadId) => Date | null };

/** Ends the snooze of the conversations, and brings what lies on the server to the inbox. */
export async function returnOperations(
  tx: Tx,
  connectionId: ConnectionId,
  threadIds: readonly ThreadId[],
  { candidates, how }: { candidates: readonly Candidate[]; how: Return },
): Promise<OperationBody[]> {
  const before = await loadWaiting(tx, connectionId, threadIds);
  const moved: OperationBody[] = [];
  const back: Candidate[] = [];
  for (const list of new Set(before.flatMap(({ snoozedIn }) => snoozedIn ?? []))) {
    const snoozed = new Set(before.filter(({ snoozedIn }) => snoozedIn === list).map(({ threadId }) => threadId));
    const theirs = candidates.filter(({ threadId }) => snoozed.has(threadId));
    const found = await takeFrom(tx, connectionId, list, theirs);
    moved.push(...found.operations);
    back.push(...found.back);
  }
  const inInbox = [...candidates.filter(({ role }) => role === 'inbox'), ...back];
  const isThere = new Set(inInbox.map(({ threadId }) => threadId));
  const order = new Map(sortedByDue(before).map(({ threadId }, index) => [threadId, index]));
  const waiting = await waitingOperation(tx, connectionId, threadIds, (from) => ({
    snoozedUntil: null,
    snoozedIn: null,
    surfaced: surfacedBy(how, from, {
      isAlone: !isThere.has(from.threadId),
      // The one that was due last on top.
      before: threadIds.length - 1 - (order.get(from.threadId) ?? 0),
    }),
  }));
  const unread = how.by === 'snooze' ? unreadOperation(inInbox) : [];
  return [...waiting, ...unread, ...moved];
}

const sortedByDue = (before: readonly Waiting[]) =>
  [...before].sort((a, b) => (a.snoozedUntil ?? '').localeCompare(b.snoozedUntil ?? ''));

function surfacedBy(
  how: Return,
  from: Waiting,
  { isAlone, before }: { isAlone: boolean; before: number },
): Waiting['surfaced'] {
  if (how.by === 'answer') return null;
  const at = new Date(how.now.getTime() - before).toISOString();
  if (how.by === 'user') {
    // Nothing of it would be seen in the inbox otherwise.
    const isUnseen = isAlone && from.snoozedUntil !== null;
    return isUnseen ? { at, by: 'snooze', since: null, alone: true } : from.surfaced;
  }
  return { at, by: how.by, since: how.since?.(from.threadId)?.toISOString() ?? null, alone: isAlone };
}

/** What lies there, and how it is moved to the inbox. */
async function takeFrom(
  tx: Tx,
  connectionId: ConnectionId,
  list: ListKey,
  candidates: readonly Candidate[],
): Promise<{ back: Candidate[]; operations: OperationBody[] }> {
  const to = await mailboxOfRole(tx, connectionId, 'inbox');
  const id = Number(list.slice(1));
  if (list.startsWith('m')) {
    const back = candidates.filter(({ mailboxId }) => mailboxId === id);
    return { back, operations: [{ kind: 'move', payload: { items: itemsOf(back), to } }] };
  }
  const label = await row<{ keyword: string }>(tx, 'select keyword from label where connection_id = $1 and id = $2', [
    connectionId,
    id as LabelId,
  ]);
  const back = candidates.filter(({ keywords }) => keywords.some((one) => sameKeyword(one, label?.keyword ?? '')));
  const remove = { system: [], keywords: [label?.keyword ?? ''] };
  return {
    back,
    operations: [
      { kind: 'flags', payload: { messageIds: messagesOf(back), add: NOTHING, remove } },
      { kind: 'move', payload: { items: itemsOf(back.filter(({ role }) => role === 'archive')), to } },
    ],
  };
}

/** The newest of each conversation, where it is read. */
function unreadOperation(inInbox: readonly Candidate[]): OperationBody[] {
  const newest = new Map<ThreadId, Candidate>();
  for (const one of inInbox) {
    const known = newest.get(one.threadId);
    if (!known || isLater(one, known)) newest.set(one.threadId, one);
  }
  const read = [...newest.values()].filter(({ flags }) => (flags & FLAG.seen) !== 0);
  const messageIds: MessageRowId[] = messagesOf(read);
  return [{ kind: 'flags', payload: { messageIds, add: NOTHING, remove: { system: ['seen'], keywords: [] } } }];
}

const isLater = (a: Candidate, b: Candidate) =>
  a.receivedAt > b.receivedAt || (a.receivedAt.getTime() === b.receivedAt.getTime() && a.messageId > b.messageId);
