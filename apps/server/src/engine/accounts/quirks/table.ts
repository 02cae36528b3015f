/**
 * Servers and what they do otherwise. One row a server, one QUIRK a reason, each with a test of the same name in
 * `quirks.test.ts` and, where the engine behaves otherwise, in `quirks.integration.test.ts`.
 *
 * Not here, because they are asked of every server: UIDs and never sequence numbers (Yahoo does not renumber), the range
 * `1:4294967295` with CHANGEDSINCE (Cyrus leaves out what vanished above the highest UID), a large VANISHED believed only
 * after a second look, rows without FLAGS left out, ID sent before SELECT, a part that came empty read from the source.
 */
import type { QuirkRow, ServerFacts } from './quirks.ts';

/** The host itself or one below it. */
const at =
  (...domains: string[]) =>
  ({ host }: ServerFacts) => {
    const name = host.toLowerCase().replace(/\.$/, '');
    return domains.some((domain) => name === domain || name.endsWith(`.${domain}`));
  };
const offers =
  (...names: string[]) =>
  ({ capabilities }: ServerFacts) =>
    names.some((name) => capabilities.has(name));
/** It says so in its greeting or its ID. */
const says =
  (words: RegExp) =>
  ({ greeting, id }: ServerFacts) =>
    words.test(greeting) || words.test(id);
const either =
  (...tests: ((facts: ServerFacts) => boolean)[]) =>
  (facts: ServerFacts) =>
    tests.some((test) => test(facts));

export const TABLE: readonly QuirkRow[] = [
  {
    name: 'Gmail',
    // QUIRK: a mailbox is a label and a message has many; docs/decisions/004-gmail-labels.md. An account may have 15
    // connections over all its programs, and an IDLE lasts some ten minutes. Starred and Important say again what
    // \Flagged and a label say.
    matches: either(offers('X-GM-EXT-1'), at('imap.gmail.com', 'smtp.gmail.com', 'imap.googlemail.com')),
    behaviour: {
      labels: 'x-gm-labels',
      maxConnections: 10,
      filesSentCopy: true,
      skippedRoles: ['flagged', 'important'],
    },
  },
  {
    name: 'Gmail relay',
    // QUIRK: the other names of the same submission server.
    matches: at('gmail.com', 'googlemail.com'),
    behaviour: { filesSentCopy: true },
  },
  {
    name: 'Microsoft',
    // QUIRK: Exchange keeps \Seen … and $MDNSent and no keyword, whatever PERMANENTFLAGS says; answers no more than some
    // 1,900 messages a FETCH; files what it sends, under a Message-ID of its own.
    matches: either(
      at('office365.com', 'outlook.com', 'outlook.office.com', 'hotmail.com'),
      says(/Microsoft Exchange IMAP4/i),
    ),
    behaviour: { keepsKeywords: false, fetchLimit: 1_000, filesSentCopy: true, keepsMessageId: false },
  },
  {
    name: 'Yahoo',
    // QUIRK: Yahoo and AOL forget an IDLE after three minutes and count logins; every command takes a second or more.
    matches: either(at('yahoo.com', 'aol.com'), offers('XYMHIGHESTMODSEQ')),
    behaviour: { idleRestartMs: 170_000, keepOpenMs: 10 * 60_000, filesSentCopy: true },
  },
  {
    name: 'iCloud',
    // QUIRK: offers QRESYNC, answers no ENABLED and sends a VANISHED that is malformed or means something
    // else: mail disappears (Mailspring-Sync#91, MailKit#1871).
    matches: either(at('mail.me.com', 'mail.icloud.com'), offers('XAPPLEPUSHSERVICE')),
    behaviour: { trustsQresync: false, maxConnections: 5 },
  },
  {
    name: 'Fastmail',
    // QUIRK: may give a message another Message-ID on sending.
    matches: at('fastmail.com', 'messagingengine.com'),
    behaviour: { keepsMessageId: false },
  },
  {
    name: 'Proton Bridge',
    // QUIRK: All Mail holds every message again; UID EXPUNGE is refused in places; the bridge files what it sends.
    matches: says(/proton ?mail ?bridge|\bgluon\b/i),
    behaviour: { skippedRoles: ['all', 'flagged'], expungesByUid: false, filesSentCopy: true },
  },
  {
    name: 'Zoho',
    // QUIRK: files what it sends.
    matches: at('zoho.com', 'zoho.eu', 'zoho.in'),
    behaviour: { filesSentCopy: true },
  },
  {
    name: 'Yandex',
    // QUIRK: ends idle connections whenever it likes.
    matches: either(at('yandex.com', 'yandex.ru'), says(/^Yandex IMAP/i)),
    behaviour: { dropsIdle: true },
  },
  {
    name: 'Rambler',
    // QUIRK: forgets an IDLE after a minute.
    matches: at('rambler.ru'),
    behaviour: { idleRestartMs: 55_000 },
  },
  {
    name: 'Coremail',
    // QUIRK: 163, 126, yeah: "Unsafe Login" where SELECT comes before ID; no IDLE, and NOOP tells nothing new.
    matches: either(at('163.com', '126.com', 'yeah.net', '188.com'), says(/coremail/i)),
    behaviour: { poll: { command: 'STATUS', everyMs: 55_000 } },
  },
  {
    name: 'Naver',
    // QUIRK: NOOP and STATUS show nothing, only another SELECT does.
    matches: at('naver.com'),
    behaviour: { poll: { command: 'SELECT', everyMs: 55_000 } },
  },
  {
    name: 'Courier',
    // QUIRK: refuses APPEND to a mailbox that the same session has EXAMINEd.
    matches: says(/Courier-IMAP/i),
    behaviour: { appendsWhileExamined: false },
  },
  {
    name: 'hMailServer',
    // QUIRK: answers with the wrong parts below message/rfc822. (That it has no UIDPLUS, MOVE, CONDSTORE, it says.)
    matches: says(/^\s*IMAPrev1\s*$|hMailServer/i),
    behaviour: { numbersNestedParts: false },
  },
  {
    name: 'James',
    // QUIRK: VANISHED names messages that are there.
    matches: says(/\bJAMES\b/),
    behaviour: { trustsQresync: false },
  },
  {
    name: 'mailbox.org',
    // QUIRK: counts logins, not connections: what is open stays open.
    matches: at('mailbox.org'),
    behaviour: { keepOpenMs: 10 * 60_000 },
  },
];
