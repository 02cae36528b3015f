/** A large attachment that arrives, is opened and goes through the app, beside the same part over IMAP alone. */
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { message, waitUntil } from '@postroom/mail-lab';
import type { Conversation, ThreadPage } from '../apps/server/src/lib/driver/schemas.ts';
import { residentMb } from './process-watch.ts';
import { type Row, row } from './row.ts';
import type { Stage } from './stage.ts';
import { median, timed } from './statistics.ts';

const MEGABYTES = 50;
const TIMES = 5;
const WATCH_MS = 10;
const SUBJECT = 'Fifty megabytes';

export async function fileRows(stage: Stage): Promise<Row[]> {
  const content = randomBytes(MEGABYTES * 2 ** 20);
  const file = { filename: 'large.bin', type: 'application/octet-stream', content };
  const arriving = message({ subject: SUBJECT, date: new Date(), attachments: [file] });
  const raw: number[] = [];
  const ours: number[] = [];
  const before = residentMb(stage.app.pid);
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, residentMb(stage.app.pid));
  }, WATCH_MS);
  await stage.deliver(arriving);
  const path = await waitUntil(() => pathOfFile(stage), { timeoutMs: 60_000, what: SUBJECT });
  const other = await stage.openImap();
  const { exists } = await other.mailboxOpen('INBOX', { readOnly: true });
  for (let index = 0; index < TIMES; index++) {
    raw.push(await rateOf(content.length, async () => sizeOf((await other.download(String(exists), '2')).content)));
    ours.push(await rateOf(content.length, () => download(stage, path)));
  }
  clearInterval(watch);
  return [
    row({ id: 'file-raw', what: `yardstick: imapflow alone downloads ${MEGABYTES} MB`, unit: 'MB/s' }, raw),
    row({ id: 'file', what: `the same attachment through the app`, unit: 'MB/s' }, ours),
    row(
      {
        id: 'file-share',
        what: 'through the app / imapflow alone',
        unit: 'ratio',
        targets: [{ of: 'median', atLeast: 0.8 }],
      },
      [median(ours) / median(raw)],
    ),
    row(
      {
        id: 'file-memory',
        what: 'meanwhile, from its arrival on, growth of the process (RSS)',
        unit: 'MB',
        targets: [{ of: 'p95', atMost: 64 }],
      },
      [most - before],
    ),
  ];
}

/** Where the app has the file; undefined until the message is listed. */
async function pathOfFile({ user }: Stage): Promise<string | undefined> {
  const [thread] = (await user.query<ThreadPage>('mail.listThreads', { max: 1 })).threads;
  if (thread?.subject !== SUBJECT) return undefined;
  const { messages } = await user.query<Conversation>('mail.get', { id: thread.id });
  const [first] = messages;
  const [file] = first?.attachments ?? [];
  return first && file && `/api/messages/${first.id}/attachments/${file.attachmentId}`;
}

async function rateOf(bytes: number, work: () => Promise<number>): Promise<number> {
  const elapsed = await timed(async () => {
    const got = await work();
    if (got !== bytes) throw new Error(`${got} octets came instead of ${bytes}.`);
  });
  return bytes / 2 ** 20 / (elapsed / 1000);
}

function download({ app, user }: Stage, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(new URL(path, app.url), { headers: { Cookie: user.cookie } }, (response) => {
      sizeOf(response).then(resolve, reject);
    })
      .once('error', reject)
      .end();
  });
}

async function sizeOf(stream: AsyncIterable<Uint8Array> | undefined): Promise<number> {
  let size = 0;
  if (!stream) return size;
  for await (const chunk of stream) size += chunk.length;
  return size;
}
