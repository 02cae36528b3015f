/** A draft of ours that another client takes up, on a real Dovecot. */
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mail } from '../sync/account.fixture.ts';
import { type DraftLab, withDrafts } from './drafts.fixture.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

type Lab = Parameters<Parameters<typeof withDrafts>[2]>[0];
const onDovecot = (body: (lab: Lab & { other: NonNullable<Lab['other']> }) => Promise<void>) =>
  withDrafts(database, 'Dovecot with all its capabilities', (lab) => {
    if (!lab.other) throw new Error('Dovecot has another client.');
    return body({ ...lab, other: lab.other });
  });
type OnDovecot = Parameters<Parameters<typeof onDovecot>[0]>[0];

/** Saves our draft as other programs do: a new message of the same Message-ID, and the old one goes. */
async function saveElsewhere({ other }: OnDovecot, subject: string, { removesOld = true } = {}): Promise<void> {
  await other.mailboxOpen('Drafts');
  const [ours] = await other.fetchAll('1:*', { uid: true, envelope: true });
  const messageId = ours?.envelope?.messageId ?? '';
  await other.append('Drafts', mail(subject, { messageId }), ['\\Draft', '\\Seen']);
  if (removesOld) await other.messageDelete(String(ours?.uid), { uid: true });
}

const subjectsOf = async ({ drafts, sender }: DraftLab) =>
  (await drafts.list(sender.id, {})).drafts.map(({ subject }) => subject).sort();

describe('a draft that was changed in another program', () => {
  it('says here what it says there, under the id it had', () =>
    onDovecot(async (lab) => {
      const { id } = await lab.save({ subject: 'Begun here' });
      await lab.push();
      await lab.look();
      await saveElsewhere(lab, 'Ended there');
      await lab.look();
      expect((await lab.drafts.get(lab.sender, id)).subject).toBe('Ended there');
      expect(await subjectsOf(lab)).toEqual(['Ended there']);
      await lab.save({ id, subject: 'And on here' });
      await lab.push();
      await lab.look();
      expect([await lab.onServer(), await lab.listed()]).toEqual([['And on here'], ['And on here']]);
    }));

  it.each([{ removesOld: true }, { removesOld: false }])(
    'and here since stays as both, and says so ($removesOld)',
    (how) =>
      onDovecot(async (lab) => {
        const { id } = await lab.save({ subject: 'Begun here' });
        await lab.push();
        await lab.look();
        await saveElsewhere(lab, 'Theirs', how);
        await lab.save({ id, subject: 'Ours' });
        await lab.push();
        await lab.look();
        expect(await lab.onServer()).toEqual(['Ours', 'Theirs']);
        expect(await subjectsOf(lab)).toEqual(['Ours', 'Theirs']);
        expect((await lab.drafts.get(lab.sender, id)).changedElsewhere).toBe(true);
        // From then on each goes its own way.
        await lab.save({ id, subject: 'Ours again' });
        await lab.push();
        await lab.look();
        expect(await lab.onServer()).toEqual(['Ours again', 'Theirs']);
      }),
  );

  it('and is deleted here afterwards is deleted here alone', () =>
    onDovecot(async (lab) => {
      const { id } = await lab.save({ subject: 'Begun here' });
      await lab.push();
      await lab.look();
      await saveElsewhere(lab, 'Theirs', { removesOld: false });
      await lab.drafts.delete(lab.sender, { id });
      await lab.push();
      expect(await lab.onServer()).toEqual(['Theirs']);
    }));
});

describe('a draft that was deleted in another program', () => {
  it('is gone here too', () =>
    onDovecot(async (lab) => {
      await lab.save({ subject: 'Begun here' });
      await lab.push();
      await lab.look();
      await lab.other.mailboxOpen('Drafts');
      await lab.other.messageDelete('1:*');
      for (let looks = 0; looks < 2; looks += 1) await lab.look();
      expect([await subjectsOf(lab), await lab.listed()]).toEqual([[], []]);
    }));

  it('stays in the bin where it was put', () =>
    onDovecot(async (lab) => {
      await lab.save({ subject: 'Begun here' });
      await lab.push();
      await lab.look();
      await lab.other.mailboxOpen('Drafts');
      await lab.other.messageMove('1:*', 'Trash');
      await lab.look();
      await lab.push();
      expect(await subjectsOf(lab)).toEqual([]);
      expect(await lab.other.status('Trash', { messages: true })).toMatchObject({ messages: 1 });
    }));

  it('and changed here since is there again', () =>
    onDovecot(async (lab) => {
      const { id } = await lab.save({ subject: 'Begun here' });
      await lab.push();
      await lab.look();
      await lab.other.mailboxOpen('Drafts');
      await lab.other.messageDelete('1:*');
      await lab.save({ id, subject: 'Changed here' });
      await lab.look();
      await lab.push();
      await lab.look();
      expect([await lab.onServer(), await lab.listed()]).toEqual([['Changed here'], ['Changed here']]);
    }));
});

it('a second window that saves on what it has not seen is told, and nothing is overwritten', () =>
  onDovecot(async (lab) => {
    const { id, revision } = await lab.save({ subject: 'First' });
    await lab.save({ id, subject: 'Window one', baseRevision: revision });
    await expect(lab.save({ id, subject: 'Window two', baseRevision: revision })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    expect((await lab.drafts.get(lab.sender, id)).subject).toBe('Window one');
  }));
