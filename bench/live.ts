/** From the moment the server tells of a new message until the browser is told: over a server in memory, which tells at once. */
import { request } from 'node:http';
import { message, startMemoryImap, startMemorySmtp, waitUntil } from '@postroom/mail-lab';
import type { Connection } from '../apps/server/src/lib/driver/schemas.ts';
import { type Row, row } from './row.ts';
import type { Stage } from './stage.ts';

const USER = { user: 'bob@lab.test', password: 'not-a-secret-bob' };
const MESSAGES = 30;

export async function liveRows(stage: Stage): Promise<Row[]> {
  const imap = await startMemoryImap({ users: [USER] });
  const smtp = await startMemorySmtp({ users: [USER], tls: 'none' });
  const events = await listen(stage);
  try {
    const { id } = await stage.user.mutate<{ id: string }>('connections.create', {
      email: USER.user,
      imap: { host: imap.host, port: imap.port, security: 'none' },
      smtp: { host: smtp.host, port: smtp.port, security: 'none' },
      auth: { type: 'password', password: USER.password },
    });
    await waitUntil(() => isLive(stage, id), { what: 'the account to be live' });
    await waitUntil(() => imap.commands().some((line) => /^IDLE/i.test(line)), { what: 'IDLE' });
    const times: number[] = [];
    for (let index = 0; index < MESSAGES; index++) {
      const told = events.next(id);
      const startedAt = performance.now();
      imap.mailbox('INBOX').append(message({ subject: `Now ${index}`, messageId: `now-${index}@bench.example` }));
      await told;
      times.push(performance.now() - startedAt);
      // Listening again before the next one comes, as it is in life.
      await waitUntil(() => isIdle(imap.commands()), { what: 'IDLE again' });
    }
    await stage.user.mutate('connections.delete', { connectionId: id });
    return [
      row(
        {
          id: 'event',
          what: 'EXISTS on the socket → event at the browser',
          unit: 'ms',
          targets: [{ of: 'p95', atMost: 150 }],
        },
        times,
      ),
    ];
  } finally {
    events.stop();
    await Promise.all([imap.stop(), smtp.stop()]);
  }
}

async function isLive({ user }: Stage, id: string): Promise<boolean> {
  const { connections } = await user.query<{ connections: Connection[] }>('connections.list');
  return connections.find((one) => one.id === id)?.state === 'live';
}

/** The last that was said about waiting is that it began. */
function isIdle(commands: readonly string[]): boolean {
  return /^IDLE/i.test(commands.findLast((line) => /^(IDLE|DONE)/i.test(line)) ?? '');
}

interface Listener {
  /** Settles with the next news of conversations of that account. */
  next(connectionId: string): Promise<void>;
  stop(): void;
}

/** The live updates as the browser has them. */
function listen({ app, user }: Stage): Promise<Listener> {
  const waiting = new Map<string, () => void>();
  return new Promise((resolve, reject) => {
    const sent = request(
      new URL('/api/trpc/events.subscribe', app.url),
      { headers: { Cookie: user.cookie, Accept: 'text/event-stream' } },
      (response) => {
        response.setEncoding('utf8');
        response.on('data', (text: string) => {
          for (const [connectionId, tell] of waiting) {
            if (!text.includes('"kind":"threads"') || !text.includes(`"${connectionId}"`)) continue;
            waiting.delete(connectionId);
            tell();
          }
        });
        resolve({
          next: (connectionId) => new Promise((tell) => void waiting.set(connectionId, tell)),
          stop: () => void sent.destroy(),
        });
      },
    );
    sent.once('error', reject);
    sent.end();
  });
}
