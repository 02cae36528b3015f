/** Starts the demo's parts in order: mail server, mail, app, two accounts in it, and what goes on arriving. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MailboxItem, type MailServer, makeMailbox, startMailServer, writeMaildir } from '@postroom/mail-lab';
import type { NewConnection } from '../../apps/server/src/lib/driver/schemas.ts';
import { signUp } from '../lib/app-client.ts';
import { type AppProcess, startApp } from '../lib/app-process.ts';
import { startArrivals } from './arrivals.ts';
import { ADA, BOB, type DemoPerson } from './people.ts';

export interface DemoOptions {
  /** In Ada's account; Bob has a tenth of it. */
  readonly messages: number;
  /** The first port that is tried for the app. */
  readonly port: number;
  /** Between two new messages. */
  readonly everyMs: number;
  /** We are told to end: what comes next is not begun. */
  readonly told: AbortSignal;
  /** Remembers how to end what has been started. */
  readonly onEnd: (step: () => unknown) => void;
}

export interface Demo {
  readonly app: AppProcess;
  readonly mail: MailServer;
}

const PORTS_TRIED = 100;

/** Settles when both accounts are connected. Throws what keeps it from that; what has started is for `onEnd` to end. */
export async function startDemo({ messages, port, everyMs, told, onEnd }: DemoOptions): Promise<Demo> {
  if (process.getuid?.() !== 0) {
    throw new Error(
      'The demo has a Postfix of its own, which only root can start: run it as root (sudo npm run demo).',
    );
  }
  say(`· Two mailboxes with ${messages + Math.ceil(messages / 10)} messages …`);
  const mail = await startMailServer({
    accounts: [ADA, BOB].map(({ email, mailPassword }) => ({ email, password: mailPassword })),
  });
  onEnd(() => mail.stop());
  told.throwIfAborted();
  await fillMailbox(mail, ADA, { seed: 1, size: messages });
  await fillMailbox(mail, BOB, { seed: 2, size: Math.ceil(messages / 10) });
  told.throwIfAborted();

  say('· The app, on a database of its own …');
  const dataDir = await mkdtemp(join(tmpdir(), 'postroom-demo-'));
  onEnd(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }));
  const app = await startApp({
    port: await firstFreePort(port),
    env: {
      DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
      SIGN_UP: 'open',
      MAIL_TLS_CA_FILE: mail.caFile,
      MAIL_EGRESS_ALLOW: 'localhost,127.0.0.1',
    },
  });
  onEnd(() => app.stop());
  for (const person of [ADA, BOB]) {
    told.throwIfAborted();
    await connect(app, mail, person);
  }
  const arrivals = startArrivals({ deliver: mail.deliver, everyMs });
  onEnd(() => arrivals.stop());
  return { app, mail };
}

/** Oldest first, as mail comes: the server numbers them in this order. */
async function fillMailbox(mail: MailServer, owner: DemoPerson, size: { seed: number; size: number }): Promise<void> {
  const items: MailboxItem[] = [];
  for await (const item of makeMailbox({ ...size, owner, newest: new Date() })) items.push(item);
  items.sort((a, b) => a.internalDate.getTime() - b.internalDate.getTime());
  await writeMaildir(mail.dovecot, owner.email, items);
}

/** Makes the person's app account and connects their mail to it. */
async function connect(app: AppProcess, mail: MailServer, person: DemoPerson): Promise<void> {
  const caller = await signUp(app.url, person);
  const connection: NewConnection = {
    email: person.email,
    name: person.name,
    ...mail.endpoints,
    auth: { type: 'password', password: person.mailPassword },
  };
  await caller.mutate('connections.create', connection);
  caller.close();
}

async function firstFreePort(from: number): Promise<number> {
  for (let port = from; port < from + PORTS_TRIED; port++) if (await isFree(port)) return port;
  throw new Error(`None of the ports ${from} to ${from + PORTS_TRIED - 1} is free. Name another with --port.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)));
  });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
