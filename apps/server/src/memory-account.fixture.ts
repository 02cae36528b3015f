/** One connected account on in-memory mail servers, with mail in it. Test code only. */
import {
  type MemoryImap,
  type MemoryImapOptions,
  type MemorySmtp,
  startMemoryImap,
  startMemorySmtp,
  waitUntil,
} from '@postroom/mail-lab';
import type { AppClient } from './app.fixture.ts';
import type { NewConnection } from './lib/driver/schemas.ts';

/** In-memory servers of one user. */
export interface MemoryMailServers {
  readonly imap: MemoryImap;
  readonly smtp: MemorySmtp;
  /** How the user connects them. */
  readonly connection: NewConnection;
  stop(): Promise<void>;
}

/** Starts them, without encryption on the loopback interface. */
export async function startMemoryMail(
  user: string,
  capabilities?: readonly string[],
  more: Pick<MemoryImapOptions, 'greeting' | 'mailboxes' | 'onCommand'> = {},
): Promise<MemoryMailServers> {
  const users = [{ user, password: 'fake-password' }];
  const imap = await startMemoryImap({ users, ...more, ...(capabilities ? { capabilities } : {}) });
  const smtp = await startMemorySmtp({ users, tls: 'none' });
  return {
    imap,
    smtp,
    connection: {
      email: user,
      name: 'Ada Lund',
      imap: { host: imap.host, port: imap.port, security: 'none' },
      smtp: { host: smtp.host, port: smtp.port, security: 'none' },
      auth: { type: 'password', password: 'fake-password' },
    },
    async stop() {
      await Promise.all([imap.stop(), smtp.stop()]);
    },
  };
}

/** Connects the account and waits until it is live. Gives its id. */
export async function connectMemoryMail({ api }: AppClient, { connection }: MemoryMailServers): Promise<string> {
  const { id } = await api.connections.create.mutate(connection);
  await waitUntil(async () => {
    const { connections } = await api.connections.list.query();
    return connections.find((one) => one.id === id)?.state === 'live';
  });
  return id;
}
