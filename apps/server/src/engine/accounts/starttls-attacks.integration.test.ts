/**
 * Attacks on STARTTLS as the NO STARTTLS study (USENIX Security 2021) lists them for clients: stripping, refusing,
 * injecting before TLS, PREAUTH, referrals, going on in clear text. Whatever the trick: an error, and no octet of a
 * password or token in clear text; where the certificate is not right, none within TLS either.
 */
import type { ConnectionId } from '@postroom/db';
import { createCertificateAuthority } from '@postroom/mail-lab';
import { afterEach, describe, expect, it } from 'vitest';
import { MailError } from '../../lib/driver/errors.ts';
import type { AccountAuth } from './account-auth.ts';
import { ADA, labDialler } from './connection-test.fixture.ts';
import { startTrickServer, type Trick, type TrickServer } from './starttls-attacks.fixture.ts';

const TOKEN = 'not-a-secret-access-token';
const WAYS: Readonly<Record<string, AccountAuth>> = {
  'a password': { type: 'password', password: ADA.password },
  'a token': { type: 'oauth2', token: async () => TOKEN },
};
/** Whole, in any base64, or in a SASL frame. */
const SECRETS = [
  ADA.password,
  TOKEN,
  ...[ADA.password, TOKEN, `\0${ADA.user}\0${ADA.password}`].map((text) => Buffer.from(text).toString('base64')),
  ...[0, 1, 2].flatMap((shift) =>
    [ADA.password, TOKEN].map((text) =>
      Buffer.from('x'.repeat(shift) + text)
        .toString('base64')
        .slice(4, -4),
    ),
  ),
];
const leaked = (octets: Buffer | string) => SECRETS.filter((secret) => octets.includes(secret));

const authority = createCertificateAuthority();
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function attack(
  protocol: 'imap' | 'smtp',
  trick: Trick,
  auth: AccountAuth,
  kind: 'valid' | 'self-signed' = 'valid',
) {
  const server: TrickServer = await startTrickServer(protocol, trick, authority.issue(kind));
  stops.push(server.stop);
  const endpoint = { host: 'localhost', port: server.port, security: 'starttls', username: ADA.user } as const;
  const dialler = labDialler({ ca: authority.cert });
  const giveUp = AbortSignal.timeout(1_000);
  const dialled: Promise<unknown> =
    protocol === 'imap'
      ? dialler.dialImap({ connectionId: 1 as ConnectionId, email: ADA.user, endpoint, auth }, { signal: giveUp })
      : dialler.verifySubmission({ endpoint, auth }, { signal: giveUp });
  const outcome = await dialled.then(
    () => 'let in',
    (error: unknown) => error,
  );
  return {
    isError: outcome instanceof MailError,
    said: outcome instanceof MailError ? `${outcome.message} ${outcome.fix}` : String(outcome),
    leaked: leaked(server.heardClear()),
    leakedInside: leaked(server.heardSecure()),
    inside: server.heardSecure(),
  };
}

const CAPABLE = '* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN AUTH=XOAUTH2 SASL-IR\r\nTAG OK done\r\n';
const honestImap = (starttls: Answer) => (command: string) => {
  if (command === 'CAPABILITY') return CAPABLE;
  if (command === 'STARTTLS') return starttls;
  return 'TAG OK done\r\n';
};
type Answer = ReturnType<Trick['clear']>;
/** Says yes to everything, once TLS is on. */
const insideImap = (command: string) =>
  command === 'CAPABILITY' ? '* CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR\r\nTAG OK done\r\n' : 'TAG OK done\r\n';

const IMAP: readonly ({ name: string } & Trick)[] = [
  {
    name: 'STARTTLS left out of CAPABILITY',
    greeting: '* OK ready\r\n',
    clear: (command) => (command === 'CAPABILITY' ? CAPABLE.replace(' STARTTLS', '') : 'TAG NO no\r\n'),
  },
  {
    name: 'STARTTLS left out of the greeting’s capabilities',
    greeting: '* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR] ready\r\n',
    clear: (command) => (command === 'CAPABILITY' ? CAPABLE.replace(' STARTTLS', '') : 'TAG OK done\r\n'),
  },
  { name: 'STARTTLS refused: NO', greeting: '* OK ready\r\n', clear: honestImap('TAG NO not now\r\n') },
  { name: 'STARTTLS refused: BAD', greeting: '* OK ready\r\n', clear: honestImap('TAG BAD what\r\n') },
  {
    name: 'STARTTLS taken, and clear text goes on',
    greeting: '* OK ready\r\n',
    clear: honestImap('TAG OK begin\r\n* OK still here\r\n'),
  },
  {
    name: 'STARTTLS answered by a goodbye',
    greeting: '* OK ready\r\n',
    clear: honestImap('* BYE [REFERRAL imap://evil.example/] elsewhere\r\n'),
  },
  { name: 'STARTTLS answered untagged', greeting: '* OK ready\r\n', clear: honestImap('* OK begin\r\n') },
  { name: 'STARTTLS answered under another tag', greeting: '* OK ready\r\n', clear: honestImap('ZZ99 OK begin\r\n') },
  { name: 'STARTTLS answered by a continuation', greeting: '* OK ready\r\n', clear: honestImap('+ begin\r\n') },
  {
    name: 'PREAUTH',
    greeting: '* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] welcome ada\r\n',
    clear: honestImap('TAG BAD you are in already\r\n'),
  },
  {
    name: 'PREAUTH that takes STARTTLS',
    greeting: '* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] welcome ada\r\n',
    clear: honestImap({ say: 'TAG OK begin\r\n', tls: 'begin' }),
    secure: insideImap,
  },
  {
    name: 'a referral as greeting',
    greeting: '* BYE [REFERRAL imap://evil.example/] elsewhere\r\n',
    clear: () => null,
  },
  {
    name: 'answers to what was not asked yet, before TLS',
    greeting: '* OK ready\r\n',
    clear: honestImap({
      say: 'TAG OK begin\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nA3 OK done\r\n3 OK done\r\n4 OK done\r\n',
      tls: 'begin',
    }),
    secure: insideImap,
  },
  {
    name: 'an alert before TLS',
    greeting: '* OK [ALERT] Your mailbox is full, call 555-0100\r\n',
    clear: honestImap('* NO [ALERT] call 555-0100\r\nTAG NO [ALERT] call 555-0100\r\n'),
  },
];

const EHLO = '250-mail.example\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN XOAUTH2\r\n';
const honestSmtp = (starttls: Answer) => (command: string) => {
  if (command.startsWith('EHLO')) return EHLO;
  if (command === 'STARTTLS') return starttls;
  if (command.startsWith('AUTH')) return '235 welcome\r\n';
  return '250 ok\r\n';
};
const insideSmtp = honestSmtp('502 no\r\n');

const SMTP: readonly ({ name: string } & Trick)[] = [
  {
    name: 'STARTTLS left out of EHLO',
    greeting: '220 ready\r\n',
    clear: (command) => (command.startsWith('EHLO') ? EHLO.replace('250-STARTTLS\r\n', '') : '502 no\r\n'),
  },
  {
    name: 'EHLO refused, so that HELO is tried',
    greeting: '220 ready\r\n',
    clear: (command) =>
      command.startsWith('EHLO') ? '502 what\r\n' : command.startsWith('HELO') ? '250 hello\r\n' : '235 welcome\r\n',
  },
  { name: 'STARTTLS refused: 454', greeting: '220 ready\r\n', clear: honestSmtp('454 TLS not available\r\n') },
  { name: 'STARTTLS refused: 502', greeting: '220 ready\r\n', clear: honestSmtp('502 what\r\n') },
  { name: 'STARTTLS refused: 554', greeting: '220 ready\r\n', clear: honestSmtp('554 no\r\n') },
  { name: 'STARTTLS answered by a goodbye', greeting: '220 ready\r\n', clear: honestSmtp('421 elsewhere\r\n') },
  {
    name: 'STARTTLS taken, and clear text goes on',
    greeting: '220 ready\r\n',
    clear: honestSmtp('220 begin\r\n250 still here\r\n'),
  },
  { name: 'STARTTLS answered as EHLO is', greeting: '220 ready\r\n', clear: honestSmtp('250 begin\r\n') },
  {
    name: 'answers to everything with the greeting',
    greeting: '220 ready\r\n250 AUTH PLAIN LOGIN XOAUTH2\r\n235 welcome\r\n',
    clear: () => null,
  },
  {
    name: 'words that look like help',
    greeting: '220 ready\r\n',
    clear: honestSmtp('454 4.7.0 TLS broken, call 555-0100\r\n'),
  },
];

describe.each(Object.entries(WAYS).map(([way, auth]) => ({ way, auth })))('with $way', ({ auth }) => {
  it.each(IMAP)('IMAP: $name', async (trick) => {
    expect(await attack('imap', trick, auth)).toMatchObject({ isError: true, leaked: [] });
  });

  it.each(SMTP)('SMTP: $name', async (trick) => {
    expect(await attack('smtp', trick, auth)).toMatchObject({ isError: true, leaked: [] });
  });

  it.each([
    {
      protocol: 'imap' as const,
      greeting: '* OK ready\r\n',
      clear: honestImap,
      secure: insideImap,
      yes: 'TAG OK begin\r\n',
    },
    {
      protocol: 'smtp' as const,
      greeting: '220 ready\r\n',
      clear: honestSmtp,
      secure: insideSmtp,
      yes: '220 begin\r\n',
    },
  ])(
    '$protocol: a certificate of the attacker’s own, after STARTTLS',
    async ({ protocol, greeting, clear, secure, yes }) => {
      const trick = { greeting, secure, clear: clear({ say: yes, tls: 'begin' }) };
      expect(await attack(protocol, trick, auth, 'self-signed')).toMatchObject({
        isError: true,
        leaked: [],
        leakedInside: [],
      });
      // The same server with a certificate that is right shows that the check can see a password.
      expect((await attack(protocol, trick, auth)).leakedInside).not.toEqual([]);
    },
  );
});

it('SMTP: what EHLO says before TLS, and answers sent ahead, are forgotten', async () => {
  const ahead = '220 begin\r\n250-mail.example\r\n250 AUTH LOGIN\r\n235 welcome\r\n';
  const trick: Trick = {
    greeting: '220 ready\r\n',
    clear: honestSmtp({ say: ahead, tls: 'begin' }),
    secure: (command) => (command.startsWith('EHLO') ? '250-mail.example\r\n250 AUTH PLAIN\r\n' : '235 welcome\r\n'),
  };
  // RFC 3207 section 6: asked again within TLS, and it is that answer which counts.
  const { inside, leaked: leakedClear } = await attack('smtp', trick, WAYS['a password'] as AccountAuth);
  expect(leakedClear).toEqual([]);
  expect(inside).toMatch(/^EHLO \S+\r\nAUTH PLAIN /);
});

it('what was said before TLS is not repeated to the person', async () => {
  for (const [protocol, tricks] of [
    ['imap', IMAP],
    ['smtp', SMTP],
  ] as const) {
    for (const trick of tricks.filter(({ name }) => /alert|help/.test(name))) {
      const { said } = await attack(protocol, trick, WAYS['a password'] as AccountAuth);
      expect(said).not.toContain('555-0100');
    }
  }
});
