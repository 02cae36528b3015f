/** What is measured: a Dovecot with a great inbox, the app as a process of its own, and a user who is signed in. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, type Database } from '@postroom/db';
import { startEmbedded } from '@postroom/db/embedded';
import {
  bulkMailbox,
  connectImap,
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
/** Empty ones beside the inbox. */
const MAILBOXES = 200;

/** A client of the mail server beside the app. */
export type ImapClient = Awaited<ReturnType<typeof connectImap>>;

export interface Stage {
  readonly messages: number;
  /** The process that runs now. */
  readonly app: AppProcess;
  readonly user: AppClient;
  /** What one would type into the connect form. */
  readonly connection: NewConnection;
  /** The app's database, to look into. */
  readonly database: Database;
  /** Ends the app, does something, and starts it again on the same data. */
  restart(meanwhile: () => Promise<void>): Promise<void>;
  /** Puts a message into the inbox; settles when the server has accepted it. */
  deliver(raw: Buffer): Promise<void>;
  /** Another client of the same account, over TLS as the app is. `qresync`: with that extension turned on. */
  openImap(options?: { qresync: boolean }): Promise<ImapClient>;
}

/** Settles when the app serves; nothing is connected yet. */
export async function setStage(
  { messages, profile }: BenchOptions,
  onEnd: (step: () => unknown) => void,
): Promise<Stage> {
  const dovecot = await startDovecot();
  onEnd(() => dovecot.stop());
  const smtp = await startMemorySmtp({ tls: 'none', sizeLimit: 200 * 2 ** 20 });
  onEnd(() => smtp.stop());
  await writeMaildir(dovecot, USER.email, bulkMailbox(messages, { newest: new Date() }));
  const names = Array.from({ length: MAILBOXES }, (_, index) => `Folder ${index + 1}`);
  await dovecot.doveadm('mailbox', 'create', '-u', USER.email, '-s', ...names);

  const dataDir = await mkdtemp(join(tmpdir(), 'postroom-bench-'));
  onEnd(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }));
  if (profile !== undefined) await mkdir(profile, { recursive: true });
  const postgres = await startEmbedded({ dataDir: join(dataDir, 'postgres') });
  onEnd(() => postgres.stop());
  const database = createDatabase(postgres.url);
  onEnd(() => database.close());
  const port = await freePort();
  const start = () =>
    startApp({
      port,
      env: {
        DATA_DIR: dataDir,
        DATABASE_URL: postgres.url,
        BETTER_AUTH_SECRET: 'not-a-secret-not-a-secret-not-a-secret',
        CREDENTIALS_KEYS: `1:${Buffer.alloc(32, 'not-a-secret').toString('base64')}`,
        MAIL_TLS_CA_FILE: dovecot.caFile,
        MAIL_EGRESS_ALLOW: 'localhost,127.0.0.1',
      },
      nodeArgs: profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`],
    });
  let app = await start();
  onEnd(() => app.stop());
  const user = await signUp(app.url, { name: 'Ada Lund', ...USER });
  onEnd(() => user.close());
  return {
    messages,
    get app() {
      return app;
    },
    user,
    database,
    connection: {
      email: USER.email,
      imap: { host: 'localhost', port: dovecot.imapsPort, security: 'tls' },
      smtp: { host: 'localhost', port: smtp.port, security: 'none' },
      auth: { type: 'password', password: USER.password },
    },
    async restart(meanwhile) {
      await app.stop();
      await meanwhile();
      app = await start();
    },
    deliver: (raw) => deliverByLmtp(dovecot, USER.email, raw),
    async openImap(options) {
      const tls = { ca: dovecot.ca };
      const at = { host: 'localhost', port: dovecot.imapsPort, secure: true, tls, ...options };
      const client = await connectImap(dovecot, USER.email, at);
      onEnd(() => client.close());
      return client;
    },
  };
}
