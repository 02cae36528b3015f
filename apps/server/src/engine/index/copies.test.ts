/** Which message a placement is a copy of, where several could be. */
import type { MailboxId, MessageRowId, PlacementId, ThreadId, Uid } from '@postroom/db';
import { expect, it } from 'vitest';
import { decide, type KnownMessage } from './copies.ts';
import type { NewMessage, NewPlacement } from './types.ts';

const [INBOX, TRIPS] = [1 as MailboxId, 2 as MailboxId];
const FINGERPRINT = Buffer.from('same');

const message: NewMessage = {
  fingerprint: FINGERPRINT,
  emailId: null,
  serverThreadKey: null,
  threadKeys: [],
  messageId: '<same@lab.test>',
  inReplyTo: null,
  references: [],
  addresses: { to: [], cc: [], bcc: [], replyTo: [] },
  subject: 'Same',
  date: null,
  receivedAt: new Date(0),
  size: 100,
  structure: null,
  hasAttachments: false,
  snippet: null,
  extras: {},
  isOwn: false,
};

const arrived = (mailboxId: MailboxId, uid: number): NewPlacement => ({
  mailboxId,
  uid: uid as Uid,
  flags: 0,
  keywords: [],
  modSeq: null,
  state: 'present',
  operationId: null,
  message,
});

/** A double that lies in the mailbox under the UID, or waits there for one. */
const lying = (id: number, mailboxId: MailboxId, uid: number | null): KnownMessage => ({
  id: id as MessageRowId,
  threadId: 1 as ThreadId,
  ordinal: id - 1,
  size: 100,
  hasMessageId: true,
  emailId: null,
  isOurs: false,
  uids: new Set(uid === null ? [] : [`${mailboxId} ${uid}`]),
  placements: new Map([
    [mailboxId, { id: (id * 10) as PlacementId, uid: uid as Uid | null, state: uid ? 'present' : 'arriving' }],
  ]),
});

const known = (...messages: KnownMessage[]) => new Map([[FINGERPRINT.toString('hex'), messages]]);

it('the double that is waited for there, though another could have come too', () => {
  const decision = decide(arrived(TRIPS, 7), known(lying(1, INBOX, 3), lying(2, TRIPS, null)));
  expect(decision).toMatchObject({ kind: 'adopt', message: { id: 2 }, placementId: 20 });
});

it('the one that lies elsewhere alone, where none is waited for', () => {
  const decision = decide(arrived(TRIPS, 7), known(lying(1, TRIPS, 6), lying(2, INBOX, 3)));
  expect(decision).toMatchObject({ kind: 'new-placement', message: { id: 2 } });
});

it('none, where all lie there already', () => {
  const decision = decide(arrived(TRIPS, 7), known(lying(1, TRIPS, 5), lying(2, TRIPS, 6)));
  expect(decision).toEqual({ kind: 'new-message', ordinal: 2 });
});
