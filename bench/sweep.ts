/** The yardstick of indexing: imapflow alone fetches of every message what the index needs, and throws it away. */

import type { Stage } from './stage.ts';
import { timed } from './statistics.ts';

/** As `engine/imap/session.ts` asks for them. */
const HEADER_FIELDS = [
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'subject',
  'date',
  'message-id',
  'in-reply-to',
  'references',
  'list-id',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'auto-submitted',
  'precedence',
];

/** Messages a second, of so many sweeps. One sweep goes before them: the first also fills the server's caches. */
export async function sweepInbox(stage: Stage, samples: number): Promise<number[]> {
  const rates: number[] = [];
  for (let index = 0; index <= samples; index++) {
    const rate = stage.messages / ((await timed(() => sweep(stage))) / 1000);
    if (index > 0) rates.push(rate);
  }
  return rates;
}

async function sweep(stage: Stage): Promise<void> {
  const client = await stage.openImap();
  await client.mailboxOpen('INBOX', { readOnly: true });
  const items = {
    uid: true,
    flags: true,
    bodyStructure: true,
    internalDate: true,
    size: true,
    headers: HEADER_FIELDS,
  };
  let count = 0;
  for await (const { uid } of client.fetch('1:*', items)) if (uid > 0) count += 1;
  await client.logout();
  if (count !== stage.messages) throw new Error(`The sweep found ${count} messages of ${stage.messages}.`);
}
