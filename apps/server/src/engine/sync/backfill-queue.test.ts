import type { MailboxId, MailboxRole } from '@postroom/db';
import { describe, expect, it } from 'vitest';
import { UidSet } from '../imap/uid-set.ts';
import { type BackfillItem, nextBackfill, pieceSize } from './backfill-queue.ts';

const item = (id: number, role: MailboxRole | null, pieces: number): BackfillItem => ({
  mailboxId: id as MailboxId,
  path: `box ${id}`,
  uidValidity: null,
  role,
  todo: UidSet.range(1, 5000),
  pieces,
});

describe('the order of reading older mail', () => {
  it('begins with one screen of the inbox', () => {
    const next = nextBackfill([item(1, 'sent', 0), item(2, null, 0), item(3, 'inbox', 0)]);
    expect(next?.mailboxId).toBe(3);
    expect(next && pieceSize(next)).toBe(120);
  });

  it('tastes Sent and Drafts before the rest of the inbox', () => {
    const items = [item(1, 'inbox', 2), item(2, null, 0), item(3, 'sent', 0), item(4, 'drafts', 0)];
    expect(nextBackfill(items)?.mailboxId).toBe(3);
  });

  it('takes every mailbox in turn once the first pieces are here', () => {
    const items = [item(1, 'inbox', 4), item(2, null, 2), item(3, 'sent', 3)];
    expect(nextBackfill(items)?.mailboxId).toBe(2);
  });

  it('has nothing to do when all is read', () => {
    expect(nextBackfill([])).toBeUndefined();
  });
});
