/** What an account without tokens answers, and that everybody else's conversations are not found, without any database. */
import type { ConnectionId, UserId } from '@postroom/db';
import pg from 'pg';
import { expect, it } from 'vitest';
import { createTextWork } from '../../../engine/reading/text-work.ts';
import { createDriver } from '../index.ts';

const manager = createDriver('imap', {
  connection: { id: 1 as ConnectionId, userId: 'u1' as UserId, email: 'ada@lab.test', name: 'Ada Lund' },
  // Never connects: nothing here asks it.
  pool: new pg.Pool({ host: '127.0.0.1', port: 1 }),
  withImap: () => Promise.reject(new Error('no session is needed')),
  textWork: createTextWork(),
  signImage: (url) => url,
  now: () => new Date('2026-01-05T09:00:00Z'),
});

it('an account that signs in with a password says who it is', async () => {
  expect(await manager.getUserInfo()).toEqual({ address: 'ada@lab.test', name: 'Ada Lund', photo: '' });
});

it('an account that signs in with a password has no tokens to give, name or take back', async () => {
  const refusal = { code: 'NOT_SUPPORTED' };
  await expect(manager.getTokens('code')).rejects.toMatchObject(refusal);
  await expect(manager.revokeRefreshToken('token')).rejects.toMatchObject(refusal);
  expect(() => manager.getScope()).toThrow(expect.objectContaining(refusal));
});

it('the conversation of another account is not found before anything is asked', async () => {
  await expect(manager.normalizeIds(['t2-7'])).rejects.toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
  await expect(manager.getRaw('m2-7')).rejects.toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
});

it('a provider that there is no driver for is refused', () => {
  const config = {} as Parameters<typeof createDriver>[1];
  expect(() => createDriver('pigeon', config)).toThrow(expect.objectContaining({ code: 'NOT_SUPPORTED' }));
});
