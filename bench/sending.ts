/** A large file on its way out: uploaded, sent, filed in Sent; and what the process takes for it. */
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { waitUntil } from '@postroom/mail-lab';
import type { Outgoing } from '../apps/server/src/lib/driver/schemas.ts';
import { residentMb } from './process-watch.ts';
import { type Row, row } from './row.ts';
import type { Stage } from './stage.ts';
import { timed } from './statistics.ts';

const MEGABYTES = 50;
const WATCH_MS = 10;

export async function sendingRows(stage: Stage): Promise<Row[]> {
  const { user } = stage;
  // As it is when it has not had to do with anything large.
  await stage.restart(async () => undefined);
  await user.query('connections.list');
  const before = residentMb(stage.app.pid);
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, residentMb(stage.app.pid));
  }, WATCH_MS);
  let uploadMs = 0;
  const elapsed = await timed(async () => {
    let uploadId = '';
    uploadMs = await timed(async () => {
      uploadId = await upload(stage, randomBytes(MEGABYTES * 2 ** 20));
    });
    const { id } = await user.mutate<{ id: string }>('mail.send', {
      to: [{ email: 'bob@lab.test' }],
      subject: `${MEGABYTES} megabytes`,
      message: '<p>Here they are.</p>',
      attachments: [{ uploadId }],
    });
    await waitUntil(() => isSent(stage, id), { timeoutMs: 120_000, what: 'the message to be sent' });
    await waitUntil(() => isFiled(stage), { timeoutMs: 120_000, what: 'the copy in Sent' });
  });
  clearInterval(watch);
  return [
    row({ id: 'send-upload', what: `a file of ${MEGABYTES} MB is uploaded`, unit: 'ms' }, [uploadMs]),
    row({ id: 'send-large', what: '… sent, and its copy is in Sent', unit: 'ms' }, [elapsed]),
    row(
      {
        id: 'send-memory',
        what: 'meanwhile, growth of the process (RSS)',
        unit: 'MB',
        targets: [{ of: 'median', atMost: 64 }],
      },
      [most - before],
    ),
  ];
}

async function isSent({ user }: Stage, id: string): Promise<boolean> {
  const { state, error } = await user.query<Outgoing>('outbox.get', { id });
  if (state === 'failed') throw new Error(error?.message);
  return state === 'sent';
}

async function isFiled({ database }: Stage): Promise<boolean> {
  const { rowCount } = await database.pool.query('select 1 from outbox where not sent_copy_filed');
  return rowCount === 0;
}

function upload({ app, user }: Stage, content: Buffer): Promise<string> {
  const head = '--lab\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n\r\n';
  const headers = {
    Origin: app.url,
    'Sec-Fetch-Site': 'same-origin',
    Cookie: user.cookie,
    'Content-Type': 'multipart/form-data; boundary=lab',
  };
  return new Promise((resolve, reject) => {
    const sent = request(new URL('/api/uploads', app.url), { method: 'POST', headers }, async (answer) => {
      let text = '';
      for await (const piece of answer) text += piece;
      if (answer.statusCode === 200) resolve((JSON.parse(text) as { uploadId: string }).uploadId);
      else reject(new Error(`upload: ${answer.statusCode} ${text}`));
    });
    sent.once('error', reject);
    sent.write(head);
    sent.write(content);
    sent.end('\r\n--lab--\r\n');
  });
}
