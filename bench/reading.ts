/** Lists, counts and conversations over HTTP, beside a request that does next to nothing. */
import type { Conversation, ThreadPage } from '../apps/server/src/lib/driver/schemas.ts';
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

/** Conversations that nobody has opened yet, and then the same once more. */
export async function timeConversations(stage: Stage): Promise<{ first: number[]; again: number[] }> {
  const cursor = await cursorOfPage(stage, 50);
  const { threads } = await stage.user.query<ThreadPage>('mail.listThreads', { max: CONVERSATIONS, cursor });
  const open = (index: number) => stage.user.query<Conversation>('mail.get', { id: threads[index]?.id });
  return { first: await timeEach(threads.length, open), again: await timeEach(threads.length, open) };
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
