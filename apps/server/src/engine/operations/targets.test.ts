import type { MailboxId, MailboxRole, MessageRowId, PlacementId, ThreadId } from '@postroom/db';
import { describe, expect, it } from 'vitest';
import { FLAG } from '../index/flags.ts';
import { type Candidate, toArchive, toDelete, toMarkRead, toMarkUnread, toMove, toStar, toUnstar } from './targets.ts';

const BOX: Readonly<Record<string, number>> = { inbox: 1, sent: 2, drafts: 3, junk: 4, trash: 5, projects: 6 };

/** A message of conversation 1 in a mailbox, as many minutes old as its number is low. */
const at = (
  id: number,
  box: string,
  more: Partial<{ flags: number; isOwn: boolean; thread: number }> = {},
): Candidate => ({
  placementId: (id * 10) as PlacementId,
  messageId: id as MessageRowId,
  threadId: (more.thread ?? 1) as ThreadId,
  mailboxId: BOX[box] as MailboxId,
  role: box === 'projects' ? null : (box as MailboxRole),
  receivedAt: new Date(Date.UTC(2026, 0, 1, 0, id)),
  isOwn: more.isOwn ?? false,
  flags: more.flags ?? 0,
  keywords: [],
});
const READ = { flags: FLAG.seen };
const idsOf = (candidates: readonly Candidate[]) => candidates.map(({ messageId }) => messageId);

describe('what an action touches', () => {
  it('read: all messages that are unread', () => {
    expect(toMarkRead([at(1, 'inbox'), at(2, 'inbox', { flags: FLAG.seen }), at(3, 'projects')])).toEqual([1, 3]);
  });
  it('unread: the newest that is not ours', () => {
    expect(toMarkUnread([at(1, 'inbox', READ), at(2, 'inbox', READ), at(3, 'sent', { isOwn: true, ...READ })])).toEqual(
      [2],
    );
  });
  it('unread: of a conversation that is all ours the newest', () => {
    expect(toMarkUnread([at(1, 'sent', { isOwn: true, ...READ }), at(2, 'sent', { isOwn: true, ...READ })])).toEqual([
      2,
    ]);
  });
  it('star: the newest message of each conversation', () => {
    expect(toStar([at(1, 'inbox'), at(2, 'inbox'), at(3, 'inbox', { thread: 2 })])).toEqual([2, 3]);
  });
  it('unread and star: nothing where it is so already, so that the way back is exact', () => {
    expect([toMarkUnread([at(1, 'inbox')]), toStar([at(1, 'inbox', { flags: FLAG.flagged })])]).toEqual([[], []]);
  });
  it('unstar: all that are starred', () => {
    expect(
      toUnstar([at(1, 'inbox', { flags: FLAG.flagged }), at(2, 'inbox'), at(3, 'sent', { flags: FLAG.flagged })]),
    ).toEqual([1, 3]);
  });
  it('archive: what lies in the inbox', () => {
    expect(idsOf(toArchive([at(1, 'inbox'), at(2, 'sent'), at(3, 'projects')]))).toEqual([1]);
  });
  it('move without a folder: all but Sent, drafts, spam and bin', () => {
    const all = ['inbox', 'sent', 'drafts', 'junk', 'trash', 'projects'].map((box, index) => at(index + 1, box));
    expect(idsOf(toMove(all, null))).toEqual([1, 6]);
  });
  it('move with a folder: what lies there, Sent too', () => {
    expect(idsOf(toMove([at(1, 'inbox'), at(2, 'sent')], BOX.sent as MailboxId))).toEqual([2]);
  });
  it('delete: to the bin what is outside', () => {
    const { toBin, forGood } = toDelete([at(1, 'inbox'), at(2, 'trash')], null);
    expect([idsOf(toBin), idsOf(forGood)]).toEqual([[1], []]);
  });
  it('delete in the bin: for good what lies there, and nothing else', () => {
    const { toBin, forGood } = toDelete([at(1, 'inbox'), at(2, 'trash')], BOX.trash as MailboxId);
    expect([idsOf(toBin), idsOf(forGood)]).toEqual([[], [2]]);
  });
  it('delete with nothing left outside the bin: for good', () => {
    const { toBin, forGood } = toDelete([at(1, 'trash'), at(2, 'trash')], null);
    expect([idsOf(toBin), idsOf(forGood)]).toEqual([[], [1, 2]]);
  });
  it('delete decides conversation by conversation', () => {
    const { toBin, forGood } = toDelete([at(1, 'inbox'), at(2, 'trash', { thread: 2 })], null);
    expect([idsOf(toBin), idsOf(forGood)]).toEqual([[1], [2]]);
  });
});
