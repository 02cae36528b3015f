import { describe, expect, it } from 'vitest';
import type { Label, ThreadSummary } from '../../lib/api.ts';
import { applyToThreads, leavesList, type ThreadAction } from './thread-change.ts';

const thread = (id: string, change: Partial<ThreadSummary> = {}): ThreadSummary => ({
  id,
  connectionId: 'c1',
  subject: id,
  snippet: '',
  senders: [],
  messageCount: 1,
  unreadCount: 0,
  starred: false,
  important: false,
  hasAttachments: false,
  labels: [],
  receivedOn: '2026-11-20T10:00:00.000Z',
  ...change,
});
const label = (id: string): Label => ({ id, name: id, type: 'user', storage: 'keyword' });

describe('which lists an action takes a conversation from', () => {
  const ids = ['a'];
  it.each<[string, ThreadAction, string, string, boolean]>([
    ['archive leaves the inbox', { type: 'archive', ids }, 'inbox', 'inbox', true],
    ['archive stays in all mail', { type: 'archive', ids }, 'all', 'inbox', false],
    ['archive stays in a label', { type: 'archive', ids }, 'l1-1', 'inbox', false],
    ['delete leaves every list', { type: 'delete', ids }, 'all', 'inbox', true],
    ['delete keeps what was sent', { type: 'delete', ids }, 'sent', 'inbox', false],
    ['delete in Sent leaves Sent', { type: 'delete', ids }, 'sent', 'sent', true],
    ['delete in the bin leaves the bin', { type: 'delete', ids }, 'bin', 'bin', true],
    ['delete elsewhere keeps the bin', { type: 'delete', ids }, 'bin', 'inbox', false],
    ['move leaves the folder it was done in', { type: 'move', ids, to: 'f1-2', toName: 'x' }, 'inbox', 'inbox', true],
    ['move keeps other folders', { type: 'move', ids, to: 'f1-2', toName: 'x' }, 'f1-3', 'inbox', false],
    ['not spam leaves spam', { type: 'notSpam', ids }, 'spam', 'spam', true],
    ['unstar stays in Starred while one looks at it', { type: 'unstar', ids }, 'starred', 'starred', false],
    [
      'removing a label leaves its list',
      { type: 'labels', ids, add: [], remove: [label('l1-1')] },
      'l1-1',
      'inbox',
      true,
    ],
  ])('%s', (_name, action, list, actedIn, leaves) => {
    expect(leavesList(action, list, actedIn)).toBe(leaves);
  });
});

it('changes only the conversations it names, and leaves a list without them untouched', () => {
  const list = [thread('a', { unreadCount: 2 }), thread('b', { unreadCount: 1 })];
  expect(applyToThreads(list, { type: 'read', ids: ['a'] }, 'inbox', 'inbox')).toEqual([thread('a'), list[1]]);
  expect(applyToThreads(list, { type: 'read', ids: ['c'] }, 'inbox', 'inbox')).toBe(list);
});

it('adds a label once and removes it', () => {
  const [work, home] = [label('work'), label('home')];
  const list = [thread('a', { labels: [work] })];
  const added = applyToThreads(list, { type: 'labels', ids: ['a'], add: [work, home], remove: [] }, 'inbox', 'inbox');
  expect(added[0]?.labels).toEqual([work, home]);
  const removed = applyToThreads(added, { type: 'labels', ids: ['a'], add: [], remove: [work] }, 'inbox', 'inbox');
  expect(removed[0]?.labels).toEqual([home]);
});
