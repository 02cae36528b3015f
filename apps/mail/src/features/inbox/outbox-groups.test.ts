import { expect, it } from 'vitest';
import type { Outgoing } from '../../lib/api.ts';
import { outboxGroups } from './outbox-groups.ts';

const outgoing = (id: string, change: Partial<Outgoing>): Outgoing => ({
  id,
  connectionId: 'c1',
  state: 'queued',
  to: [],
  cc: [],
  bcc: [],
  subject: id,
  messageId: `<${id}@lab.test>`,
  createdAt: '2026-11-26T10:00:00.000Z',
  attempts: 0,
  recipients: [],
  ...change,
});

it('shows what needs somebody first, then what goes in a moment, then what has a time, the next one first', () => {
  const groups = outboxGroups([
    outgoing('sent', { state: 'sent' }),
    outgoing('friday', { state: 'scheduled', sendAt: '2026-11-27T07:00:00.000Z' }),
    outgoing('tonight', { state: 'scheduled', sendAt: '2026-11-26T17:00:00.000Z' }),
    outgoing('held', { heldUntil: '2026-11-26T10:00:10.000Z' }),
    outgoing('again', { attempts: 2, nextAttemptAt: '2026-11-26T10:05:00.000Z' }),
    outgoing('refused', { state: 'failed' }),
    outgoing('paused', { error: { code: 'AUTHENTICATION_FAILED', message: 'Not accepted.', retryable: false } }),
    outgoing('lost', { state: 'uncertain', createdAt: '2026-11-26T09:00:00.000Z' }),
  ]);
  expect(groups.map(({ id, items }) => [id, items.map((item) => item.id)])).toEqual([
    ['stuck', ['lost', 'refused', 'paused']],
    ['held', ['held']],
    ['waiting', ['again']],
    ['scheduled', ['tonight', 'friday']],
  ]);
});

it('is empty when all was sent', () => {
  expect(outboxGroups([outgoing('sent', { state: 'sent' })])).toEqual([]);
});
