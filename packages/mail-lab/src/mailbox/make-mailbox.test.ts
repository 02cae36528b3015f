import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bulkMailbox } from './bulk-mailbox.ts';
import type { MailboxItem } from './item.ts';
import { makeMailbox } from './make-mailbox.ts';

async function made(seed: number, size: number): Promise<MailboxItem[]> {
  const items: MailboxItem[] = [];
  for await (const item of makeMailbox({ seed, size })) items.push(item);
  return items;
}

function digest(items: MailboxItem[]): string {
  const hash = createHash('sha256');
  for (const { mailbox, flags, internalDate, raw } of items) {
    hash.update(JSON.stringify({ mailbox, flags, internalDate })).update(raw);
  }
  return hash.digest('hex');
}

describe('makeMailbox', () => {
  it('tells the same story for a seed and another for another', async () => {
    const first = digest(await made(7, 200));
    expect(digest(await made(7, 200))).toBe(first);
    expect(digest(await made(8, 200))).not.toBe(first);
  });

  it('fills all mailboxes, with conversations, files, lists and old charsets', async () => {
    const items = await made(1, 1500);
    expect(items.length).toBe(1500);
    expect([...new Set(items.map(({ mailbox }) => mailbox))].sort()).toEqual(
      [
        'Archive',
        'Drafts',
        'Family',
        'INBOX',
        'Junk',
        'Projects/Harbour',
        'Projects/Market',
        'Reisen/Überfahrt',
        'Sent',
        'Trash',
      ].sort(),
    );
    const all = items.map(({ raw }) => raw.toString('latin1')).join('\n');
    for (const sign of [
      'charset=iso-2022-jp',
      'charset=koi8-r',
      'charset=gb18030',
      'charset=windows-1252',
      'References:',
    ]) {
      expect(all).toContain(sign);
    }
    for (const sign of ['List-Unsubscribe:', 'application/pdf', 'image/png', 'text/calendar']) {
      expect(all).toContain(sign);
    }
  });

  it('gives every message its own Message-ID and whole CRLF lines', async () => {
    const items = await made(3, 400);
    const ids = items.map(({ raw }) => /^Message-ID: (.*)\r$/m.exec(raw.toString('latin1'))?.[1]);
    expect(new Set(ids).size).toBe(400);
    expect(items.some(({ raw }) => /[^\r]\n/.test(raw.toString('latin1')))).toBe(false);
  });
});

describe('bulkMailbox', () => {
  it('is cheap, oldest first, with every fourth message an answer', () => {
    const items = [...bulkMailbox(1000)];
    expect(items.length).toBe(1000);
    expect(items.filter(({ raw }) => raw.includes('In-Reply-To:')).length).toBe(250);
    expect(items.filter(({ flags }) => flags.length === 0).length).toBe(250);
    expect(items.at(-1)?.internalDate).toEqual(new Date('2026-10-01T12:00:00Z'));
  });
});
