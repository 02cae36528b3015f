import { expect, it } from 'vitest';
import type { Connection } from '../../lib/api.ts';
import { emptyReason } from './list-empty.tsx';

const connection = (change: Partial<Connection>): Connection => ({
  id: 'c1',
  email: 'ada@example.org',
  name: 'Ada',
  providerId: 'imap',
  auth: 'password',
  isDefault: true,
  createdAt: '2026-11-20T10:00:00.000Z',
  state: 'live',
  progress: { synced: 10, total: 10 },
  bodies: { indexed: 10, total: 10 },
  imap: { host: 'imap.example.org', port: 993, security: 'tls', username: 'ada' },
  smtp: { host: 'smtp.example.org', port: 465, security: 'tls', username: 'ada' },
  ...change,
});
const situation = { error: null, q: '', scope: null, connections: [connection({})] };
const searched = { indexed: 10, total: 20, server: 'done' } as const;

it('is empty when all mail is here', () => {
  expect(emptyReason(situation)).toEqual({ type: 'empty' });
});

it('is on its way while an account still syncs, with the sum of all', () => {
  const syncing = connection({ state: 'syncing', progress: { synced: 1, total: 5 } });
  expect(emptyReason({ ...situation, connections: [syncing, syncing] })).toEqual({
    type: 'syncing',
    synced: 2,
    total: 10,
  });
});

it('tells a search that is running from one that found nothing', () => {
  expect(emptyReason({ ...situation, q: 'x', scope: { ...searched, server: 'running' } })).toEqual({
    type: 'searching',
  });
  expect(emptyReason({ ...situation, q: 'x', scope: searched })).toEqual({ type: 'nothing-matches' });
});

it('never says empty when the list could not be loaded', () => {
  expect(emptyReason({ ...situation, error: new TypeError('Failed to fetch') }).type).toBe('unreachable');
});

it('says what is wrong with an account that brought nothing yet', () => {
  const broken = connection({
    state: 'needs-attention',
    progress: { synced: 0, total: 0 },
    error: { code: 'AUTHENTICATION_FAILED', message: 'The password is not right.', fix: 'Type it again.' },
  });
  expect(emptyReason({ ...situation, connections: [broken] })).toEqual({
    type: 'account',
    code: 'AUTHENTICATION_FAILED',
    message: 'The password is not right.',
    fix: 'Type it again.',
  });
});
