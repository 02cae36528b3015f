/** From connecting an account to its last message in the index, with somebody looking at the list meanwhile. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection, ThreadPage } from '../apps/server/src/lib/driver/schemas.ts';
import { eventLoopDelayMs, residentMb } from './process-watch.ts';
import type { Stage } from './stage.ts';
import { timed } from './statistics.ts';

const PAGE = 50;
/** How often somebody looks before the first page is there, and after. */
const FIRST_LOOK_MS = 10;
const LOOK_MS = 250;
const INDEX_WITHIN_MS = 30 * 60_000;

export interface Indexing {
  /** Until a page of 50 answers: from calling `connections.create`, and from its answer. */
  readonly firstPageFromCallMs: number;
  readonly firstPageFromAnswerMs: number;
  /** From the call until every message is listed. */
  readonly rate: number;
  readonly listMs: readonly number[];
  readonly growthMb: number;
  readonly loopDelayMs: number;
}

/** Connects the account, watches until all is indexed, and leaves it connected. */
export async function indexInbox(stage: Stage): Promise<Indexing> {
  const { user, app, messages } = stage;
  const memoryBefore = residentMb(app.pid);
  await eventLoopDelayMs(stage);
  const calledAt = performance.now();
  await user.mutate('connections.create', stage.connection);
  const answeredAt = performance.now();
  while ((await listFirstPage(stage)).threads.length < PAGE) await delay(FIRST_LOOK_MS);
  const shownAt = performance.now();

  const listMs: number[] = [];
  let memoryMost = 0;
  while (!(await isAllHere(stage))) {
    if (performance.now() - calledAt > INDEX_WITHIN_MS) throw new Error('The inbox is not indexed within 30 minutes.');
    listMs.push(await timed(() => listFirstPage(stage)));
    memoryMost = Math.max(memoryMost, residentMb(app.pid));
    await delay(LOOK_MS);
  }
  const seconds = (performance.now() - calledAt) / 1000;
  return {
    firstPageFromCallMs: shownAt - calledAt,
    firstPageFromAnswerMs: shownAt - answeredAt,
    rate: messages / seconds,
    listMs,
    growthMb: memoryMost - memoryBefore,
    loopDelayMs: await eventLoopDelayMs(stage),
  };
}

/** Takes the account away, so that it can be connected anew. */
export async function forgetInbox({ user, database }: Stage): Promise<void> {
  for (const { id } of await connectionsOf(user)) await user.mutate('connections.delete', { connectionId: id });
  // Each sample begins as the first did: what was deleted leaves no dead rows to step over.
  await database.pool.query('vacuum (full, analyze)');
}

/** Waits until what goes on in the background after the listing, the words of all bodies, is done. */
export async function untilSearchable({ user }: Stage): Promise<void> {
  for (;;) {
    const [connection] = await connectionsOf(user);
    if (connection && connection.bodies.indexed >= connection.bodies.total) return;
    await delay(LOOK_MS);
  }
}

async function isAllHere({ user, messages }: Stage): Promise<boolean> {
  const [connection] = await connectionsOf(user);
  return connection?.state === 'live' && connection.progress.synced >= messages;
}

async function connectionsOf(user: Stage['user']): Promise<Connection[]> {
  return (await user.query<{ connections: Connection[] }>('connections.list')).connections;
}

function listFirstPage({ user }: Stage): Promise<ThreadPage> {
  return user.query<ThreadPage>('mail.listThreads', { max: PAGE });
}
