/** Lists, counts and conversations over HTTP, beside a request that does next to nothing. */
import type { Conversation, ThreadPage, ThreadSummary } from '../apps/server/src/lib/driver/schemas.ts';
import { queryPath } from '../scripts/lib/app-client.ts';
import type { Stage } from './stage.ts';
import { timed, timeEach } from './statistics.ts';

const CALLS = 300;
const CONVERSATIONS = 100;
const PAGE = 50;

export interface ListTimes {
  /** `GET /health`: the same way through the server, and `select 1`. */
  readonly health: number[];
  readonly firstPage: number[];
  readonly hundredthPage: number[];
  readonly counts: number[];
}

/** Each kind in turn, so that what else the machine does is in all of them. */
export async function timeLists(stage: Stage): Promise<ListTimes> {
  const cursor = await cursorOfPage(stage, 100);
  const times: ListTimes = { health: [], firstPage: [], hundredthPage: [], counts: [] };
  const asked: readonly [keyof ListTimes, string][] = [
    ['health', '/health'],
    ['firstPage', queryPath('mail.listThreads', { max: PAGE })],
    ['hundredthPage', queryPath('mail.listThreads', { max: PAGE, cursor })],
    ['counts', queryPath('mail.count')],
  ];
  for (let call = 0; call < CALLS; call++) {
    for (const [kind, path] of asked) times[kind].push(await timed(() => expectOk(stage, path)));
  }
  return times;
}

export interface ConversationTimes {
  /** imapflow alone, each message of a conversation by one FETCH of the same parts. */
  readonly raw: number[];
  /** Conversations that nobody has opened yet. */
  readonly first: number[];
  /** The same once more. */
  readonly again: number[];
}

/** In turn, each over conversations of its own, so that no server has them at hand. */
export async function timeConversations(stage: Stage): Promise<ConversationTimes> {
  const threads = await pageOfThreads(stage, 50);
  const others = await pageOfThreads(stage, 60);
  const client = await stage.openImap();
  await client.mailboxOpen('INBOX', { readOnly: true });
  const open = (index: number) => stage.user.query<Conversation>('mail.get', { id: threads[index]?.id });
  const times: ConversationTimes = { raw: [], first: [], again: [] };
  for (let index = 0; index < Math.min(threads.length, others.length); index++) {
    const numbers = numbersOf(others[index]);
    const fetchRaw = async () => {
      for (const number of numbers) await client.fetchOne(String(number), { bodyParts: ['HEADER', '1'] });
    };
    times.raw.push(await timed(fetchRaw));
    times.first.push(await timed(() => open(index)));
  }
  return { ...times, again: await timeEach(threads.length, open) };
}

async function pageOfThreads(stage: Stage, page: number): Promise<ThreadSummary[]> {
  const cursor = await cursorOfPage(stage, page);
  return (await stage.user.query<ThreadPage>('mail.listThreads', { max: CONVERSATIONS, cursor })).threads;
}

/** Places in the inbox, from 1: `bulkMailbox` ends the subject of a conversation with its first message's, from 0. */
function numbersOf(thread: ThreadSummary | undefined): number[] {
  const first = Number(thread?.subject.split(' ').at(-1)) + 1;
  return Array.from({ length: thread?.messageCount ?? 0 }, (_, index) => first + index);
}

async function expectOk({ user }: Stage, path: string): Promise<void> {
  const { status, text } = await user.send('GET', path);
  if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
}

/** Where the page of that number (from 1) begins. */
async function cursorOfPage({ user }: Stage, number: number): Promise<string> {
  let cursor = '';
  for (let page = 1; page < number; page++) {
    const { nextPageToken } = await user.query<ThreadPage>('mail.listThreads', { max: PAGE, cursor });
    if (nextPageToken === null) throw new Error(`There is no page ${number}: take more --messages.`);
    cursor = nextPageToken;
  }
  return cursor;
}
