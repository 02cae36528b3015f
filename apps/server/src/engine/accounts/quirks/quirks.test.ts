import { describe, expect, it } from 'vitest';
import { type Behaviour, filesSentCopy, NO_QUIRKS, quirksOf, quirksOfHost, type ServerFacts } from './quirks.ts';
import { TABLE } from './table.ts';

const facts = (change: Partial<Omit<ServerFacts, 'capabilities'>> & { capabilities?: string[] } = {}): ServerFacts => ({
  host: 'mail.example.org',
  greeting: 'ready',
  id: '',
  ...change,
  capabilities: new Set(change.capabilities ?? ['IMAP4REV1']),
});

const table: { name: string; facts: ServerFacts; names: string[]; behaviour: Behaviour }[] = [
  {
    name: 'Gmail by its extension, whatever the host is called',
    facts: facts({ host: '127.0.0.1', capabilities: ['IMAP4REV1', 'X-GM-EXT-1'] }),
    names: ['Gmail'],
    behaviour: { labels: 'x-gm-labels', filesSentCopy: true, skippedRoles: ['flagged', 'important'] },
  },
  {
    name: 'Microsoft 365 by its host',
    facts: facts({ host: 'outlook.office365.com' }),
    names: ['Microsoft'],
    behaviour: { keepsKeywords: false, fetchLimit: 1_000, keepsMessageId: false, filesSentCopy: true },
  },
  {
    name: 'an Exchange of one’s own by its greeting',
    facts: facts({ greeting: 'The Microsoft Exchange IMAP4 service is ready.' }),
    names: ['Microsoft'],
    behaviour: { keepsKeywords: false, filesSentCopy: true },
  },
  {
    name: 'Yahoo by the capability that it alone has',
    facts: facts({ capabilities: ['IMAP4REV1', 'UIDPLUS', 'XYMHIGHESTMODSEQ'] }),
    names: ['Yahoo'],
    behaviour: { idleRestartMs: 170_000 },
  },
  { name: 'AOL by its host', facts: facts({ host: 'imap.aol.com' }), names: ['Yahoo'], behaviour: {} },
  {
    name: 'iCloud, whose QRESYNC is not believed',
    facts: facts({ host: 'imap.mail.me.com', capabilities: ['IMAP4REV1', 'QRESYNC'] }),
    names: ['iCloud'],
    behaviour: { trustsQresync: false, maxConnections: 5 },
  },
  {
    name: 'Proton Bridge on this machine by its ID',
    facts: facts({ host: '127.0.0.1', id: 'Proton Mail Bridge 3.12.0' }),
    names: ['Proton Bridge'],
    behaviour: { skippedRoles: ['all', 'flagged'], expungesByUid: false, filesSentCopy: true },
  },
  {
    name: 'Courier by its greeting',
    facts: facts({ greeting: 'Courier-IMAP ready. Copyright 1998-2021 Double Precision, Inc.' }),
    names: ['Courier'],
    behaviour: { appendsWhileExamined: false },
  },
  {
    name: '163 by its host',
    facts: facts({ host: 'imap.163.com' }),
    names: ['Coremail'],
    behaviour: { poll: { command: 'STATUS', everyMs: 55_000 } },
  },
  {
    name: 'Coremail elsewhere by its greeting',
    facts: facts({ greeting: 'Coremail System IMap Server Ready' }),
    names: ['Coremail'],
    behaviour: { poll: { command: 'STATUS', everyMs: 55_000 } },
  },
  {
    name: 'Naver by its host',
    facts: facts({ host: 'imap.naver.com' }),
    names: ['Naver'],
    behaviour: { poll: { command: 'SELECT', everyMs: 55_000 } },
  },
  {
    name: 'hMailServer by its bare greeting',
    facts: facts({ greeting: 'IMAPrev1' }),
    names: ['hMailServer'],
    behaviour: { numbersNestedParts: false },
  },
  { name: 'Yandex', facts: facts({ host: 'imap.yandex.com' }), names: ['Yandex'], behaviour: { dropsIdle: true } },
  {
    name: 'Rambler',
    facts: facts({ host: 'imap.rambler.ru' }),
    names: ['Rambler'],
    behaviour: { idleRestartMs: 55_000 },
  },
  {
    name: 'James',
    facts: facts({ greeting: 'JAMES IMAP4rev1 Server james.example is ready.' }),
    names: ['James'],
    behaviour: { trustsQresync: false },
  },
  {
    name: 'mailbox.org',
    facts: facts({ host: 'imap.mailbox.org' }),
    names: ['mailbox.org'],
    behaviour: { keepOpenMs: 600_000 },
  },
  {
    name: 'Fastmail',
    facts: facts({ host: 'imap.fastmail.com' }),
    names: ['Fastmail'],
    behaviour: { keepsMessageId: false },
  },
  { name: 'Zoho', facts: facts({ host: 'imappro.zoho.eu' }), names: ['Zoho'], behaviour: { filesSentCopy: true } },
];

describe('quirksOf', () => {
  it.each(table)('knows $name', ({ facts: known, names, behaviour }) => {
    expect(quirksOf(known)).toMatchObject({ names, ...behaviour });
  });

  it.each(['Dovecot (Debian) ready.', 'mail Cyrus IMAP 3.8 server ready', 'Stalwart IMAP4rev2 at your service.'])(
    'expects of “%s” what it says',
    (greeting) => {
      expect(quirksOf(facts({ greeting, capabilities: ['IMAP4REV1', 'CONDSTORE', 'QRESYNC'] }))).toEqual(NO_QUIRKS);
    },
  );

  it.each(['evilgmail.com', 'gmail.com.example.org', 'notyahoo.com', 'imap.not163.com'])(
    'is not deceived by %s',
    (host) => {
      expect(quirksOfHost(host).names).toEqual([]);
    },
  );

  it.each([
    ['IMAP.AOL.COM.', 'Yahoo'],
    ['p42.imap.mail.me.com', 'iCloud'],
    ['imap.126.com', 'Coremail'],
    ['imap.naver.com', 'Naver'],
  ])('knows %s however it is written, and by the host alone', (host, name) => {
    expect(quirksOfHost(host).names).toEqual([name]);
  });

  it('has a named row for each server, tested above or by its sending', () => {
    const names = TABLE.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const tested = new Set([...table.flatMap((row) => row.names), 'Gmail relay']);
    expect(names.filter((name) => !tested.has(name))).toEqual([]);
  });
});

describe('filesSentCopy', () => {
  const gmail = { quirks: quirksOfHost('imap.gmail.com'), host: 'imap.gmail.com' };
  it.each([
    { name: 'the provider’s own server', mailbox: gmail, smtp: 'smtp.gmail.com', learned: undefined, files: true },
    { name: 'its relay', mailbox: gmail, smtp: 'smtp-relay.gmail.com', learned: undefined, files: true },
    { name: 'somebody else’s server', mailbox: gmail, smtp: 'smtp.example.org', learned: undefined, files: null },
    {
      name: 'the same machine as a bridge',
      mailbox: { quirks: quirksOf(facts({ id: 'gluon' })), host: '127.0.0.1' },
      smtp: '127.0.0.1',
      learned: undefined,
      files: true,
    },
    { name: 'what was learned otherwise', mailbox: gmail, smtp: 'smtp.gmail.com', learned: false, files: false },
  ])('is $files for $name', ({ mailbox, smtp, learned, files }) => {
    expect(filesSentCopy(mailbox, smtp, learned)).toBe(files);
  });
});
