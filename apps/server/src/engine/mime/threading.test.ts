import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideThread, MAX_THREAD_KEYS, type ThreadableMessage, threadKeys } from './threading.ts';

const isSoak = process.env.SOAK === '1';
const runs = isSoak ? 20_000 : 1000;

/** A thread index in memory: what the database does with keys and decisions. Returns each message's thread. */
function arrive(messages: readonly { name: string; message: ThreadableMessage }[]): string[][] {
  const threadOfKey = new Map<string, number>();
  const members = new Map<number, string[]>();
  let next = 0;
  for (const { name, message } of messages) {
    const keys = threadKeys(message);
    const found = [...new Set(keys.flatMap((key) => threadOfKey.get(key) ?? []))].sort((a, b) => a - b);
    const decision = decideThread(found);
    const thread = decision.kind === 'new' ? next++ : decision.kind === 'join' ? decision.threadId : decision.into;
    if (decision.kind === 'merge') {
      for (const from of decision.from) {
        members.set(thread, [...(members.get(thread) ?? []), ...(members.get(from) ?? [])]);
        members.delete(from);
        for (const [key, owner] of threadOfKey) if (owner === from) threadOfKey.set(key, thread);
      }
    }
    for (const key of keys) threadOfKey.set(key, thread);
    members.set(thread, [...(members.get(thread) ?? []), name]);
  }
  return [...members.values()].map((names) => names.sort()).sort((a, b) => (a[0] ?? '').localeCompare(b[0] ?? ''));
}

const id = fc.integer({ min: 0, max: 12 }).map((n) => `<message-${n}@example.org>`);
const message = fc.record({
  messageId: fc.option(id, { nil: undefined }),
  inReplyTo: fc.array(id, { maxLength: 2 }),
  references: fc.array(id, { maxLength: 5 }),
  subject: fc.constantFrom('Lunch', 'Re: Lunch', 'AW: lunch', 'Budget', 'Fwd: Budget', ''),
});

describe('threadKeys', () => {
  it('gives the same partition for any order of arrival', { timeout: isSoak ? 600_000 : 10_000 }, () => {
    const mailbox = fc
      .array(message, { minLength: 2, maxLength: 14 })
      .map((all) => all.map((one, i) => ({ name: `m${i}`, message: one })));
    fc.assert(
      fc.property(
        mailbox.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
        ),
        ([all, shuffled]) => {
          expect(arrive(shuffled)).toEqual(arrive(all));
        },
      ),
      { numRuns: runs, seed: isSoak ? undefined : 1 },
    );
  });

  const m = (name: string, fields: Partial<ThreadableMessage>) => ({
    name,
    message: { messageId: `<${name}@example.org>`, subject: 'Plan', ...fields },
  });
  it.each([
    {
      name: 'In-Reply-To joins whatever the subject',
      mail: [m('aaaa', {}), m('bbbb', { inReplyTo: ['<aaaa@example.org>'], subject: 'Other' })],
      threads: [['aaaa', 'bbbb']],
    },
    {
      name: 'References joins messages of equal subject',
      mail: [m('aaaa', {}), m('bbbb', { references: ['<aaaa@example.org>'], subject: 'Re: plan' })],
      threads: [['aaaa', 'bbbb']],
    },
    {
      name: 'recycled References do not join another subject',
      mail: [m('aaaa', {}), m('bbbb', { references: ['<aaaa@example.org>'], subject: 'Invoice' })],
      threads: [['aaaa'], ['bbbb']],
    },
    {
      name: 'siblings of a parent that is not here join',
      mail: [m('aaaa', { inReplyTo: ['<gone@example.org>'] }), m('bbbb', { references: ['<gone@example.org>'] })],
      threads: [['aaaa', 'bbbb']],
    },
    {
      name: 'a late parent merges its replies',
      mail: [
        m('bbbb', { inReplyTo: ['<aaaa@example.org>'] }),
        m('cccc', { inReplyTo: ['<aaaa@example.org>'], subject: 'x' }),
        m('aaaa', {}),
      ],
      threads: [['aaaa', 'bbbb', 'cccc']],
    },
    { name: 'equal subjects alone do not join', mail: [m('aaaa', {}), m('bbbb', {})], threads: [['aaaa'], ['bbbb']] },
    {
      name: 'constant and empty ids join nothing',
      mail: [
        m('aaaa', { messageId: '<>', inReplyTo: ['<unknown@example.org>'] }),
        m('bbbb', { messageId: '<>', inReplyTo: ['<unknown@example.org>'] }),
      ],
      threads: [['aaaa'], ['bbbb']],
    },
  ])('$name', ({ mail, threads }) => {
    expect(arrive(mail)).toEqual(threads);
  });

  it('keeps to its number of keys, each a signed 64-bit integer', () => {
    const many = Array.from({ length: 500 }, (_, i) => `<reference-${i}@example.org>`);
    const keys = threadKeys({ messageId: '<own@example.org>', inReplyTo: many, references: many, subject: 'x' });
    expect(keys.length).toBeLessThanOrEqual(MAX_THREAD_KEYS);
    for (const key of keys) expect(BigInt.asIntN(64, BigInt(key)).toString()).toBe(key);
  });
});
