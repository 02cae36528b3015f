/** Mail servers that do different things with a copy of what was submitted. In clear, so that their wires can be read. Test code only. */

import { randomUUID } from 'node:crypto';
import { connectImap, startDovecot, startMemoryImap, startMemorySmtp, startPostfix } from '@postroom/mail-lab';

/** Who sends. */
export const ADA = { user: 'ada@lab.test', password: 'not-a-secret-ada' };
const BOB = { user: 'bob@lab.test', password: 'not-a-secret-bob' };

export interface SendSite {
  readonly imapPort: number;
  readonly smtpPort: number;
  /** The server puts a copy into Sent by itself. */
  readonly filesCopies: boolean;
  /** How often the recipient has a message of this subject. */
  delivered(subject: string): Promise<number>;
  /** How often it lies in the sender's Sent. */
  copies(subject: string): Promise<number>;
  stop(): Promise<void>;
}

const has = (raw: Buffer, subject: string) => raw.toString('latin1').includes(`\r\nSubject: ${subject}\r\n`);
const renamed = (raw: Buffer) =>
  Buffer.from(
    raw.toString('latin1').replace(/^Message-ID: .*$/im, `Message-ID: <${randomUUID()}@server.test>`),
    'latin1',
  );

/** `change`: what becomes of the copy that the server files; without it, it files none. */
async function scriptable(change?: (raw: Buffer) => Buffer): Promise<SendSite> {
  const imap = await startMemoryImap({ users: [ADA] });
  const smtp = await startMemorySmtp({
    users: [ADA],
    tls: 'none',
    onMessage: ({ raw }) => {
      if (change) imap.mailbox('Sent').append(change(raw), { flags: ['\\Seen'], internalDate: new Date() });
      return undefined;
    },
  });
  return {
    imapPort: imap.port,
    smtpPort: smtp.port,
    filesCopies: change !== undefined,
    delivered: async (subject) => smtp.messages.filter(({ raw }) => has(raw, subject)).length,
    copies: async (subject) => imap.mailbox('Sent').messages.filter(({ raw }) => has(raw, subject)).length,
    async stop() {
      await smtp.stop();
      await imap.stop();
    },
  };
}

async function real(): Promise<SendSite> {
  const dovecot = await startDovecot({ users: [ADA, BOB] });
  const postfix = await startPostfix({
    dovecot,
    extraConfig: 'smtpd_tls_auth_only = no\nsmtpd_sasl_auth_enable = yes\n',
  }).catch(async (error: unknown) => {
    await dovecot.stop();
    throw error;
  });
  async function count(user: string, mailbox: string, subject: string): Promise<number> {
    const client = await connectImap(dovecot, user);
    try {
      await client.mailboxOpen(mailbox);
      const found = await client.search({ header: { subject } });
      // SEARCH finds parts of words.
      let exact = 0;
      for await (const { envelope } of client.fetch(found || [], { envelope: true })) {
        if (envelope?.subject === subject) exact += 1;
      }
      return exact;
    } finally {
      await client.logout();
    }
  }
  return {
    imapPort: dovecot.imapPort,
    smtpPort: postfix.smtpPort,
    filesCopies: false,
    delivered: (subject) => count(BOB.user, 'INBOX', subject),
    copies: (subject) => count(ADA.user, 'Sent', subject),
    async stop() {
      await postfix.stop();
      await dovecot.stop();
    },
  };
}

export const SITES = {
  'a server that files no copy': () => scriptable(),
  'a server that files one': () => scriptable((raw) => raw),
  'a server that files one under a Message-ID of its own': () => scriptable(renamed),
  'Postfix and Dovecot': real,
} as const;

export type SiteKind = keyof typeof SITES;
