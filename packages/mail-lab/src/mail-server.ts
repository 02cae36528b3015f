/** Dovecot and Postfix together: one mail server with accounts, as a user would connect to it. */
import { ImapFlow, type ImapFlowOptions } from 'imapflow';
import { createTransport, type Transporter } from 'nodemailer';
import { type DovecotOptions, type DovecotServer, startDovecot } from './dovecot/start-dovecot.ts';
import { type PostfixOptions, type PostfixServer, startPostfix } from './postfix/start-postfix.ts';
import { type CertificateKind, createCertificateAuthority } from './tls/certificates.ts';

/** An account of the lab's mail server. */
export interface LabAccount {
  email: string;
  password: string;
}

/** Options of `startMailServer`. */
export interface MailServerOptions {
  /** Default: ada@lab.test and bob@lab.test. */
  accounts?: LabAccount[];
  /** For both servers. */
  certificate?: CertificateKind;
  dovecot?: Omit<DovecotOptions, 'users' | 'certificate' | 'authority'>;
  postfix?: Omit<PostfixOptions, 'dovecot' | 'certificate' | 'authority'>;
}

/** A running mail server. */
export interface MailServer {
  dovecot: DovecotServer;
  postfix: PostfixServer;
  accounts: LabAccount[];
  /** Trust this to accept both servers' certificates. */
  ca: string;
  caFile: string;
  /** What a person would type into the connect form; host is `localhost`, TLS from the start. */
  endpoints: {
    imap: { host: string; port: number; security: 'tls' };
    smtp: { host: string; port: number; security: 'tls' };
  };
  /** Puts a message into the account's INBOX as the world would (LMTP; Dovecot prepends its trace headers). */
  deliver(to: string, raw: Buffer | string, from?: string): Promise<void>;
  /** A connected imapflow client of this account: the other client in a test. Closed by `stop()` if it still is open. */
  imap(email: string, options?: Partial<ImapFlowOptions>): Promise<ImapFlow>;
  /** A transport that logs in to submission as this account. */
  submission(email: string): Transporter;
  stop(): Promise<void>;
}

/** A connected imapflow client of a lab Dovecot, over the plain port. Its errors are kept from ending the process. */
export async function connectImap(
  server: { imapPort: number; users: { user: string; password: string }[] },
  user: string,
  options: Partial<ImapFlowOptions> = {},
): Promise<ImapFlow> {
  const pass = server.users.find((candidate) => candidate.user === user)?.password;
  if (pass === undefined) throw new Error(`The lab has no user ${user}`);
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: server.imapPort,
    secure: false,
    doSTARTTLS: false,
    logger: false,
    disableCompression: true,
    auth: { user, pass },
    ...options,
  });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Delivers bytes to a lab Dovecot's user over LMTP (RFC 2033). */
export async function deliverByLmtp(
  server: { lmtpPort: number },
  to: string,
  raw: Buffer | string,
  from = 'sender@elsewhere.test',
): Promise<void> {
  const transport = createTransport({ host: '127.0.0.1', port: server.lmtpPort, lmtp: true, ignoreTLS: true });
  try {
    await transport.sendMail({ envelope: { from, to: [to] }, raw });
  } finally {
    transport.close();
  }
}

/** Starts Dovecot and Postfix with one certificate authority; settles when both greet. */
export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const authority = createCertificateAuthority();
  const tls = { authority, certificate: options.certificate ?? 'valid' } as const;
  const users = options.accounts?.map(({ email, password }) => ({ user: email, password }));
  const dovecot = await startDovecot({ ...options.dovecot, ...tls, ...(users ? { users } : {}) });
  const postfix = await startPostfix({ ...options.postfix, ...tls, dovecot }).catch(async (error: unknown) => {
    await dovecot.stop();
    throw error;
  });
  const clients = new Set<ImapFlow>();
  const transports = new Set<Transporter>();

  return {
    dovecot,
    postfix,
    accounts: dovecot.users.map(({ user, password }) => ({ email: user, password })),
    ca: dovecot.ca,
    caFile: dovecot.caFile,
    endpoints: {
      imap: { host: 'localhost', port: dovecot.imapsPort, security: 'tls' },
      smtp: { host: 'localhost', port: postfix.submissionsPort, security: 'tls' },
    },
    deliver: (to, raw, from) => deliverByLmtp(dovecot, to, raw, from),
    async imap(email, imapOptions) {
      const client = await connectImap(dovecot, email, imapOptions);
      clients.add(client);
      return client;
    },
    submission(email) {
      const account = dovecot.users.find(({ user }) => user === email);
      if (!account) throw new Error(`The lab has no account ${email}`);
      const transport = createTransport({
        host: 'localhost',
        port: postfix.submissionsPort,
        secure: true,
        tls: { ca: dovecot.ca },
        auth: { user: account.user, pass: account.password },
      });
      transports.add(transport);
      return transport;
    },
    async stop() {
      for (const client of clients) client.close();
      for (const transport of transports) transport.close();
      await Promise.all([postfix.stop(), dovecot.stop()]);
    },
  };
}
