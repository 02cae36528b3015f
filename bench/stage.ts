/** What is measured: a Dovecot with a great inbox, the app as a process of its own, and a user who is signed in. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bulkMailbox,
  connectImap,
  type DovecotServer,
  deliverByLmtp,
  freePort,
  startDovecot,
  startMemorySmtp,
  writeMaildir,
} from '@postroom/mail-lab';
import type { NewConnection } from '../apps/server/src/lib/driver/schemas.ts';
import { type AppClient, signUp } from '../scripts/lib/app-client.ts';
import { type AppProcess, startApp } from '../scripts/lib/app-process.ts';
import type { BenchOptions } from './options.ts';

const USER = { email: 'ada@lab.test', password: 'not-a-secret-ada' };

/** A client of the mail server beside the app. */
export type ImapClient = Awaited<ReturnType<typeof connectImap>>;

export interface Stage {
  readonly messages: number;
  readonly app: AppProcess;
  readonly user: AppClient;
  /** What one would type into the connect form. */
  readonly connection: NewConnection;
  /** Puts a message into the inbox; settles when the server has accepted it. */
  deliver(raw: Buffer): Promise<void>;
  /** Another client of the same account, over TLS as the app is. */
  openImap(): Promise<ImapClient>;
}

/** Settles when the app serves; nothing is connected yet. */
export async function setStage(
  { messages, profile }: BenchOptions,
  onEnd: (step: () => unknown) => void,
): Promise<Stage> {
  const dovecot = await startDovecot();
  onEnd(() => dovecot.stop());
  const smtp = await startMemorySmtp({ tls: 'none' });
  onEnd(() => smtp.stop());
  await writeMaildir(dovecot, USER.email, bulkMailbox(messages, { newest: new Date() }));

  const dataDir = await mkdtemp(join(tmpdir(), 'postroom-bench-'));
  onEnd(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }));
  if (profile !== undefined) await mkdir(profile, { recursive: true });
  const app = await startApp({
    port: await freePort(),
    dataDir,
    env: { MAIL_TLS_CA_FILE: dovecot.caFile, MAIL_EGRESS_ALLOW: 'localhost,127.0.0.1' },
    nodeArgs: profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`],
  });
  onEnd(() => app.stop());
  const user = await signUp(app.url, { name: 'Ada Lund', ...USER });
  onEnd(() => user.close());
  return {
    messages,
    app,
    user,
    connection: {
      email: USER.email,
      imap: { host: 'localhost', port: dovecot.imapsPort, security: 'tls' },
      smtp: { host: 'localhost', port: smtp.port, security: 'none' },
      auth: { type: 'password', password: USER.password },
    },
    deliver: (raw) => deliverByLmtp(dovecot, USER.email, raw),
    async openImap() {
      const client = await openImap(dovecot);
      onEnd(() => client.close());
      return client;
    },
  };
}

function openImap(dovecot: DovecotServer): Promise<ImapClient> {
  const tls = { ca: dovecot.ca };
  return connectImap(dovecot, USER.email, { host: 'localhost', port: dovecot.imapsPort, secure: true, tls });
}
