import { expect, it } from 'vitest';
import type { FolderCount } from '../../lib/api.ts';
import { folderName, sidebarFolders, sumCounts } from './folders.ts';

const folder = (id: string, change: Partial<FolderCount> = {}): FolderCount => ({
  id,
  label: id,
  path: null,
  role: null,
  count: 0,
  total: 0,
  ...change,
});

const counts = [
  folder('draft', { path: 'Drafts', total: 3 }),
  folder('inbox', { path: 'INBOX', count: 7, total: 20 }),
  folder('all', { count: 99, total: 500 }),
  folder('f1-8', { label: 'Work', path: 'Work', count: 2 }),
  folder('f1-9', { label: '2026', path: 'Work/2026' }),
  folder('l1-1', { label: 'Later', count: 1 }),
];

it('lists what everybody has in its order, with the number that matters for each', () => {
  expect(sidebarFolders(counts).main.map(({ id, badge }) => `${id} ${badge}`)).toEqual([
    'inbox 7',
    'starred 0',
    'snoozed 0',
    'draft 3',
    'sent 0',
    'scheduled 0',
    'all 0',
  ]);
});

it('lists the account’s own folders as a tree, and its labels', () => {
  const { mailboxes, labels } = sidebarFolders(counts);
  expect(mailboxes).toEqual([
    { id: 'f1-8', name: 'Work', path: 'Work', depth: 0, badge: 2 },
    { id: 'f1-9', name: '2026', path: 'Work/2026', depth: 1, badge: 0 },
  ]);
  expect(labels).toEqual([{ id: 'l1-1', name: 'Later', depth: 0, badge: 1 }]);
});

it('names folders, also before the counts are here', () => {
  expect([folderName([], 'draft'), folderName(counts, 'f1-8'), folderName([], 'f1-8')]).toEqual(['Drafts', 'Work', '']);
});

it('adds up the folders that all accounts have', () => {
  expect(sumCounts([counts, counts])).toEqual([
    folder('draft', { total: 6 }),
    folder('inbox', { count: 14, total: 40 }),
    folder('all', { count: 198, total: 1000 }),
  ]);
});
