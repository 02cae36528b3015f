/** All that is measured, in order, as the rows of the result. */
import { timeActions, timeArrivals } from './changing.ts';
import { fileRows } from './files.ts';
import { idleRows } from './idle.ts';
import { forgetInbox, type Indexing, indexInbox, untilSearchable } from './indexing.ts';
import { liveRows } from './live.ts';
import type { BenchOptions } from './options.ts';
import { meetPeople, timePeople } from './people.ts';
import { timeConversations, timeLists } from './reading.ts';
import { resyncRows } from './resync.ts';
import { type Row, row } from './row.ts';
import { sendingRows } from './sending.ts';
import { sizeRows } from './size.ts';
import type { Stage } from './stage.ts';
import { median, timed } from './statistics.ts';
import { sweepInbox } from './sweep.ts';

/** Says what is going on: some of it takes minutes. */
export type Say = (line: string) => void;

/** Measures the stage, and gives the rows as they come; the account stays connected. */
export async function* measure(
  stage: Stage,
  { samples, accounts }: BenchOptions,
  say: Say,
): AsyncGenerator<readonly Row[]> {
  say('sweeping the inbox with imapflow alone');
  const sweeps = await sweepInbox(stage, samples);
  const indexings: Indexing[] = [];
  for (let index = 0; index < samples; index++) {
    if (index > 0) await forgetInbox(stage);
    say(`indexing the inbox, ${index + 1} of ${samples}`);
    const indexing = await indexInbox(stage);
    say(`${Math.round(indexing.rate)} messages/s, where imapflow alone took ${Math.round(median(sweeps))}`);
    indexings.push(indexing);
  }
  say('indexing the words of all bodies');
  const wordsMs = await timed(() => untilSearchable(stage));
  yield indexingRows(sweeps, indexings);
  yield [row({ id: 'words', what: 'after it, words of all bodies searchable', unit: 'ms' }, [wordsMs])];
  yield await readingRows(stage, say);
  yield await changingRows(stage, say);
  yield await sizeRows(stage);
  say('changing much while the app is away');
  yield await resyncRows(stage);
  say('downloading a large file');
  yield await fileRows(stage);
  say('sending a large file');
  yield await sendingRows(stage);
  say('pushing');
  yield await liveRows(stage);
  say(`connecting ${accounts} accounts`);
  yield await idleRows(stage, accounts);
}

function indexingRows(sweeps: readonly number[], indexings: readonly Indexing[]): Row[] {
  const of = (pick: (one: Indexing) => number) => indexings.map(pick);
  const yardstick = median(sweeps);
  return [
    row(
      {
        id: 'first-page-from-call',
        what: 'connections.create called → 50 conversations listed',
        unit: 'ms',
        targets: [{ of: 'median', atMost: 2000 }],
      },
      of((one) => one.firstPageFromCallMs),
    ),
    row(
      {
        id: 'first-page',
        what: 'connected → 50 conversations listed',
        unit: 'ms',
        targets: [{ of: 'median', atMost: 1500 }],
      },
      of((one) => one.firstPageFromAnswerMs),
    ),
    row({ id: 'sweep', what: 'yardstick: imapflow alone fetches the same items', unit: 'messages/s' }, sweeps),
    row(
      { id: 'index', what: 'whole inbox indexed', unit: 'messages/s' },
      of((one) => one.rate),
    ),
    row(
      { id: 'index-share', what: 'index / yardstick', unit: 'ratio', targets: [{ of: 'median', atLeast: 0.7 }] },
      of((one) => one.rate / yardstick),
    ),
    row(
      {
        id: 'index-memory',
        what: 'meanwhile, growth of the process (RSS)',
        unit: 'MB',
        targets: [{ of: 'p95', atMost: 250 }],
      },
      of((one) => one.growthMb),
    ),
    row(
      {
        id: 'index-loop-delay',
        what: 'meanwhile, event loop delay, 99th percentile',
        unit: 'ms',
        targets: [{ of: 'median', atMost: 50 }],
      },
      of((one) => one.loopDelayMs),
    ),
    row(
      { id: 'index-list', what: 'meanwhile, mail.listThreads', unit: 'ms', targets: [{ of: 'p95', atMost: 50 }] },
      indexings.flatMap((one) => one.listMs),
    ),
  ];
}

async function readingRows(stage: Stage, say: Say): Promise<Row[]> {
  say('listing, counting, reading');
  const lists = await timeLists(stage);
  await meetPeople(stage);
  const people = await timePeople(stage);
  const conversations = await timeConversations(stage);
  return [
    row({ id: 'health', what: 'yardstick: GET /health (select 1)', unit: 'ms' }, lists.health),
    row(
      {
        id: 'list',
        what: 'mail.listThreads, page 1 of 50',
        unit: 'ms',
        targets: [
          { of: 'median', atMost: 4 },
          { of: 'p95', atMost: 12 },
        ],
      },
      lists.firstPage,
    ),
    row({ id: 'list-100', what: 'mail.listThreads, page 100', unit: 'ms' }, lists.hundredthPage),
    row({ id: 'list-100-to-1', what: 'page 100 / page 1', unit: 'ratio', targets: [{ of: 'median', atMost: 1.5 }] }, [
      median(lists.hundredthPage) / median(lists.firstPage),
    ]),
    row(
      { id: 'count', what: 'mail.count, 200 mailboxes', unit: 'ms', targets: [{ of: 'median', atMost: 3 }] },
      lists.counts,
    ),
    row(
      {
        id: 'people',
        what: 'contacts.search, 20,000 people',
        unit: 'ms',
        targets: [
          { of: 'median', atMost: 10 },
          { of: 'p95', atMost: 10 },
        ],
      },
      people,
    ),
    row({ id: 'get-raw', what: 'yardstick: imapflow alone fetches the same parts', unit: 'ms' }, conversations.raw),
    row({ id: 'get-first', what: 'mail.get, body not here yet', unit: 'ms' }, conversations.first),
    row({ id: 'get-first-extra', what: 'mail.get - yardstick', unit: 'ms', targets: [{ of: 'median', atMost: 10 }] }, [
      median(conversations.first) - median(conversations.raw),
    ]),
    row(
      { id: 'get', what: 'mail.get, body here', unit: 'ms', targets: [{ of: 'median', atMost: 8 }] },
      conversations.again,
    ),
  ];
}

async function changingRows(stage: Stage, say: Say): Promise<Row[]> {
  say('acting, and waiting for new mail');
  const actions = await timeActions(stage);
  const arrivals = await timeArrivals(stage);
  return [
    row(
      { id: 'act', what: 'mail.markAsRead answers', unit: 'ms', targets: [{ of: 'median', atMost: 15 }] },
      actions.answer,
    ),
    row(
      { id: 'act-seen', what: 'called → another client sees it', unit: 'ms', targets: [{ of: 'p95', atMost: 300 }] },
      actions.seen,
    ),
    row(
      {
        id: 'arrival',
        what: 'accepted by LMTP → first of the list',
        unit: 'ms',
        targets: [{ of: 'p95', atMost: 2000 }],
      },
      arrivals,
    ),
  ];
}
