/** Changes on their way: ours to another client of the account, and a new message to our list. */
import { message, waitUntil } from '@postroom/mail-lab';
import type { ThreadPage, ThreadSummary } from '../apps/server/src/lib/driver/schemas.ts';
import type { ImapClient, Stage } from './stage.ts';
import { timed } from './statistics.ts';

const ACTIONS = 50;
const DELIVERIES = 30;
const POLL_MS = 5;

export interface ActionTimes {
  readonly answer: number[];
  /** From the call until the other client is told. */
  readonly seen: number[];
}

/** Marks conversations as read, one after the other, while another client looks at the same inbox. */
export async function timeActions(stage: Stage): Promise<ActionTimes> {
  const other = await stage.openImap();
  await other.mailboxOpen('INBOX', { readOnly: true });
  const read = new Set<number>();
  other.on('flags', ({ seq, flags }) => void (flags?.has('\\Seen') && read.add(seq)));
  const times: ActionTimes = { answer: [], seen: [] };
  for (const { id, subject } of await listUnread(stage)) {
    const number = numberOf(subject);
    const startedAt = performance.now();
    times.answer.push(await timed(() => stage.user.mutate('mail.markAsRead', { ids: [id] })));
    await waitUntil(() => isTold(other, () => read.has(number)), {
      intervalMs: POLL_MS,
      what: `message ${number} read`,
    });
    times.seen.push(performance.now() - startedAt);
  }
  return times;
}

/** From the server's acceptance of a message until it is the first of the list. */
export async function timeArrivals(stage: Stage): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < DELIVERIES; index++) {
    const subject = `New message ${index}`;
    await stage.deliver(message({ subject, date: new Date(), messageId: `new-${index}@bench.example` }));
    times.push(await timed(() => waitUntil(() => isFirst(stage, subject), { intervalMs: POLL_MS, what: subject })));
  }
  return times;
}

async function isFirst({ user }: Stage, subject: string): Promise<boolean> {
  return (await user.query<ThreadPage>('mail.listThreads', { max: 1 })).threads[0]?.subject === subject;
}

/** A server may tell only a client that says something. */
async function isTold(other: ImapClient, hasSeen: () => boolean): Promise<boolean> {
  if (!hasSeen()) await other.noop();
  return hasSeen();
}

/** Unread conversations of one message. */
async function listUnread({ user }: Stage): Promise<ThreadSummary[]> {
  const { threads } = await user.query<ThreadPage>('mail.listThreads', { max: ACTIONS * 6 });
  return threads.filter(({ unreadCount, messageCount }) => unreadCount === 1 && messageCount === 1).slice(0, ACTIONS);
}

/** The place in the inbox, from 1: `bulkMailbox` ends each subject with its place from 0. */
function numberOf(subject: string): number {
  return Number(subject.split(' ').at(-1)) + 1;
}
