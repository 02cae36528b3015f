/**
 * What an action does to the lists that are in the cache, at once and before the server answers. Pure. The rules are
 * the contract's ("What an action touches"); what cannot be known here is left to the refresh that follows.
 */
import type { Conversation, Label, ThreadSummary } from '../../lib/api.ts';

export type ThreadAction =
  | { type: 'archive' | 'delete' | 'spam' | 'notSpam' | 'unsnooze'; ids: readonly string[] }
  | { type: 'read' | 'unread' | 'star' | 'unstar'; ids: readonly string[] }
  | { type: 'move'; ids: readonly string[]; to: string; toName: string }
  | { type: 'snooze'; ids: readonly string[]; until: Date }
  | { type: 'labels'; ids: readonly string[]; add: readonly Label[]; remove: readonly Label[] };

/** Views that a move from one folder to another does not empty. */
const VIEWS: ReadonlySet<string> = new Set(['all', 'starred', 'sent', 'draft']);

/** Whether the action takes its conversations out of the list of this folder. */
export function leavesList(action: ThreadAction, list: string, actedIn: string): boolean {
  switch (action.type) {
    case 'archive':
      return list === 'inbox';
    case 'snooze':
      return list === 'inbox';
    case 'unsnooze':
      return list === 'snoozed';
    case 'delete':
    case 'spam':
      if (list === 'bin' || list === 'spam') return list === actedIn;
      return list !== 'sent' && list !== 'draft' ? true : list === actedIn;
    case 'notSpam':
      return list === 'spam';
    case 'move':
      return list !== action.to && list === actedIn && !VIEWS.has(list);
    case 'unstar':
      return list === 'starred' && actedIn !== 'starred';
    case 'labels':
      return action.remove.some(({ id }) => id === list);
    default:
      return false;
  }
}

function changedLabels(labels: readonly Label[], add: readonly Label[], remove: readonly Label[]): Label[] {
  const kept = labels.filter(({ id }) => !remove.some((one) => one.id === id) && !add.some((one) => one.id === id));
  return [...kept, ...add];
}

function changedSummary(thread: ThreadSummary, action: ThreadAction): ThreadSummary {
  switch (action.type) {
    case 'read':
      return { ...thread, unreadCount: 0 };
    case 'unread':
      return { ...thread, unreadCount: Math.max(1, thread.unreadCount) };
    case 'star':
      return { ...thread, starred: true };
    case 'unstar':
      return { ...thread, starred: false };
    case 'labels':
      return { ...thread, labels: changedLabels(thread.labels, action.add, action.remove) };
    case 'snooze':
      return { ...thread, snoozedUntil: action.until.toISOString() };
    case 'unsnooze':
      return { ...thread, snoozedUntil: undefined };
    default:
      return thread;
  }
}

/** The list of a folder after the action; the same array when nothing changed. */
export function applyToThreads(
  threads: ThreadSummary[],
  action: ThreadAction,
  list: string,
  actedIn: string,
): ThreadSummary[] {
  const ids = new Set(action.ids);
  if (!threads.some(({ id }) => ids.has(id))) return threads;
  if (leavesList(action, list, actedIn)) return threads.filter(({ id }) => !ids.has(id));
  return threads.map((thread) => (ids.has(thread.id) ? changedSummary(thread, action) : thread));
}

/** An open conversation after the action. */
export function applyToConversation(conversation: Conversation, action: ThreadAction): Conversation {
  if (!action.ids.includes(conversation.id)) return conversation;
  const last = conversation.messages.length - 1;
  switch (action.type) {
    case 'read':
      return withMessages(conversation, (message) => ({ ...message, unread: false }));
    case 'unread':
      return withMessages(conversation, (message, index) => (index === last ? { ...message, unread: true } : message));
    case 'star':
      return withMessages(conversation, (message, index) => (index === last ? { ...message, starred: true } : message));
    case 'unstar':
      return withMessages(conversation, (message) => ({ ...message, starred: false }));
    case 'labels':
      return { ...conversation, labels: changedLabels(conversation.labels, action.add, action.remove) };
    case 'snooze':
      return { ...conversation, snoozedUntil: action.until.toISOString(), surfaced: undefined };
    case 'unsnooze':
      return { ...conversation, snoozedUntil: undefined };
    default:
      return conversation;
  }
}

type Message = Conversation['messages'][number];

function withMessages(conversation: Conversation, change: (message: Message, index: number) => Message): Conversation {
  const messages = conversation.messages.map(change);
  return { ...conversation, messages, hasUnread: messages.some(({ unread }) => unread) };
}
