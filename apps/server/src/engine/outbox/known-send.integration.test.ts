/** What is sent or saved again because no answer came, and what stands in two windows: nothing goes twice, nothing is swallowed. */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { type MemorySmtp, startMemorySmtp } from '@postroom/mail-lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDrafts } from '../drafts/save.ts';
import { type Sending, withSending } from './sending.fixture.ts';

let database: TestDatabase;
let smtp: MemorySmtp;
beforeAll(async () => {
  database = await createTestDatabase();
  smtp = await startMemorySmtp();
});
afterAll(async () => {
  await smtp.stop();
  await database.drop();
});

const sending = (body: (sending: Sending & { drafts: ReturnType<typeof draftsOf> }) => Promise<void>) =>
  withSending(database, smtp, (one) => body({ ...one, drafts: draftsOf(one) }));

function draftsOf({ sender }: Sending) {
  const drafts = createDrafts({
    pool: database.pool,
    withImap: () => {
      throw new Error('no draft of another client is opened');
    },
  });
  const written = { to: [{ email: 'bob@lab.test' }], subject: 'Plans', message: '<p>On Friday.</p>' };
  return {
    save: (more: Partial<Parameters<typeof drafts.create>[1]> = {}) => drafts.create(sender, { ...written, ...more }),
    subjects: async () => (await drafts.list(sender.id, {})).drafts.map(({ subject }) => subject).sort(),
    delete: (draft: Parameters<typeof drafts.delete>[1]) => drafts.delete(sender, draft),
  };
}

describe('a message that is sent again under its key', () => {
  it.each([
    { name: 'another recipient', change: { to: [{ email: 'eve@lab.test' }] } },
    { name: 'a copy for somebody', change: { bcc: [{ email: 'eve@lab.test' }] } },
    { name: 'another subject', change: { subject: 'Other plans' } },
    { name: 'another time', change: { sendAt: '2100-01-01T00:00:00Z' } },
    { name: 'another text', change: { message: '<p>On Saturday.</p>' } },
    { name: 'a file', change: { attachments: [{ name: 'a.txt', type: 'text/plain', size: 1, base64: 'YQ==' }] } },
  ])('with $name is told that it went as it was, and is not taken for sent', ({ change }) =>
    sending(async ({ send, run }) => {
      await send({ idempotencyKey: 'k1' });
      await expect(send({ idempotencyKey: 'k1', ...change })).rejects.toMatchObject({ code: 'CONFLICT' });
      await run();
      expect(smtp.messages.length).toBe(1);
      await send({ idempotencyKey: 'k2', ...change });
    }),
  );

  it('is the same with its file', () =>
    sending(async ({ send, run }) => {
      const attachments = [{ name: 'a.txt', type: 'text/plain', size: 1, base64: 'YQ==' }];
      const first = await send({ idempotencyKey: 'k1', attachments });
      expect(await send({ idempotencyKey: 'k1', attachments })).toBe(first);
      await run();
      expect(smtp.messages.length).toBe(1);
    }));
});

describe('a message that is sent again, by an identity that copies itself', () => {
  it('is the same', () =>
    sending(async ({ sender, send, run }) => {
      await database.pool.query(
        `insert into identity (connection_id, name, email, bcc_self) values ($1, 'Ada', 'ada@lab.test', true)`,
        [sender.id],
      );
      const first = await send({ idempotencyKey: 'k1' });
      expect(await send({ idempotencyKey: 'k1' })).toBe(first);
      await run();
      expect(smtp.messages.map(({ rcptTo }) => rcptTo)).toEqual([['bob@lab.test', 'ada@lab.test']]);
    }));

  it('from another address is told', () =>
    sending(async ({ sender, send }) => {
      await database.pool.query(
        `insert into identity (connection_id, name, email) values ($1, 'Ada', 'office@lab.test')`,
        [sender.id],
      );
      await send({ idempotencyKey: 'k1' });
      const other = { idempotencyKey: 'k1', fromEmail: 'office@lab.test' };
      await expect(send(other)).rejects.toMatchObject({ code: 'CONFLICT' });
    }));
});

describe('a draft that another window has', () => {
  it.each([
    { name: 'sent', end: async ({ send }: Sending, draftId: string) => void (await send({ draftId })) },
    { name: 'discarded', end: undefined },
  ])('$name is not sent from this one without a word', ({ end }) =>
    sending(async (one) => {
      const { id, revision } = await one.drafts.save({ writerKey: 'w1' });
      await (end ? end(one, id) : one.drafts.delete({ id }));
      const mine = { draftId: id, draftRevision: revision, idempotencyKey: 'w2' };
      await expect(one.send(mine)).rejects.toMatchObject({ code: 'CONFLICT' });
    }),
  );

  it('changed is neither sent as it was nor taken away', () =>
    sending(async ({ drafts, send }) => {
      const { id, revision } = await drafts.save({ writerKey: 'w1' });
      await drafts.save({ id, baseRevision: revision, writerKey: 'w2', subject: 'Changed there' });
      const mine = { draftId: id, draftRevision: revision, idempotencyKey: 'w1' };
      await expect(send(mine)).rejects.toMatchObject({ code: 'CONFLICT' });
      expect(await drafts.subjects()).toEqual(['Changed there']);
    }));
});

describe('a draft that is discarded', () => {
  it('stays where another window has changed it', () =>
    sending(async ({ drafts }) => {
      const { id, revision } = await drafts.save({ writerKey: 'w1' });
      await drafts.save({ id, writerKey: 'w2', subject: 'Theirs' });
      await expect(drafts.delete({ id, revision, writerKey: 'w1' })).rejects.toMatchObject({ code: 'CONFLICT' });
      expect(await drafts.subjects()).toEqual(['Theirs']);
    }));

  it('goes by its writer where it heard of no id, and nobody else’s', () =>
    sending(async ({ drafts }) => {
      await drafts.save({ writerKey: 'w1' });
      await drafts.save({ writerKey: 'w2', subject: 'Theirs' });
      await drafts.delete({ writerKey: 'w1' });
      await drafts.delete({ writerKey: 'w3' });
      expect(await drafts.subjects()).toEqual(['Theirs']);
    }));
});

describe('a draft whose writer did not hear that it was saved', () => {
  it('is saved once, and again over what it saved itself', () =>
    sending(async ({ drafts }) => {
      const { id, revision } = await drafts.save({ writerKey: 'w1' });
      expect(await drafts.save({ writerKey: 'w1', subject: 'More' })).toMatchObject({ id });
      await drafts.save({ id, baseRevision: revision, writerKey: 'w1', subject: 'Yet more' });
      expect(await drafts.subjects()).toEqual(['Yet more']);
    }));

  it('is not saved over what another window wrote in between', () =>
    sending(async ({ drafts }) => {
      const { id, revision } = await drafts.save({ writerKey: 'w1' });
      await drafts.save({ id, baseRevision: revision, writerKey: 'w2', subject: 'Theirs' });
      const mine = { id, baseRevision: revision, writerKey: 'w1', subject: 'Mine' };
      await expect(drafts.save(mine)).rejects.toMatchObject({ code: 'CONFLICT' });
      expect(await drafts.subjects()).toEqual(['Theirs']);
    }));

  it('goes when it is heard that it was sent', () =>
    sending(async ({ drafts, send }) => {
      const first = await send({ idempotencyKey: 'w1' });
      await drafts.save({ writerKey: 'w1' });
      expect([await send({ idempotencyKey: 'w1' }), await drafts.subjects()]).toEqual([first, []]);
    }));

  it('goes when it is sent', () =>
    sending(async ({ drafts, send }) => {
      await drafts.save({ writerKey: 'w1' });
      await drafts.save({ writerKey: 'another', subject: 'Another' });
      await send({ idempotencyKey: 'w1' });
      expect(await drafts.subjects()).toEqual(['Another']);
    }));
});
