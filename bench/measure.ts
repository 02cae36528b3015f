/** All that is measured, in order, as the rows of the result. */
import { timeActions, timeArrivals } from './changing.ts';
import { forgetInbox, type Indexing, indexInbox, untilSearchable } from './indexing.ts';
import { timeConversations, timeLists } from './reading.ts';
import { type Row, row } from './row.ts';
import type { Stage } from './stage.ts';
import { median, timed } from './statistics.ts';
import { sweepInbox } from './sweep.ts';

/** Says what is going on: some of it takes minutes. */
export type Say = (line: string) => void;

/** Measures the stage; the account stays connected. `samples`: how often the inbox is swept, and indexed. */
export async function measure(stage: Stage, samples: number, say: Say): Promise<Row[]> {
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
  return [
    ...indexingRows(sweeps, indexings),
    row({ id: 'words', what: 'after it, words of all bodies searchable', unit: 'ms' }, [wordsMs]),
    ...(await readingRows(stage, say)),
    ...(await changingRows(stage, say)),
  ];
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
        target: { of: 'median', atMost: 2000 },
      },
      of((one) => one.firstPageFromCallMs),
    ),
    row(
      {
        id: 'first-page',
        what: 'connected → 50 conversations listed',
        unit: 'ms',
        target: { of: 'median', atMost: 1500 },
      },
      of((one) => one.firstPageFromAnswerMs),
    ),
    row({ id: 'sweep', what: 'yardstick: imapflow alone fetches the same items', unit: 'messages/s' }, sweeps),
    row(
      { id: 'index', what: 'whole inbox indexed', unit: 'messages/s' },
      of((one) => one.rate),
    ),
    row(
      { id: 'index-to-sweep', what: 'time to index / time of the yardstick', unit: 'ratio' },
      of((one) => yardstick / one.rate),
    ),
    row(
      {
        id: 'index-memory',
        what: 'meanwhile, growth of the process (RSS)',
        unit: 'MB',
        target: { of: 'p95', atMost: 300 },
      },
      of((one) => one.growthMb),
    ),
    row(
      {
        id: 'index-loop-delay',
        what: 'meanwhile, event loop delay, 99th percentile',
        unit: 'ms',
        target: { of: 'median', atMost: 100 },
      },
      of((one) => one.loopDelayMs),
    ),
    row(
      { id: 'index-list', what: 'meanwhile, mail.listThreads', unit: 'ms', target: { of: 'p95', atMost: 100 } },
      indexings.flatMap((one) => one.listMs),
    ),
  ];
}

async function readingRows(stage: Stage, say: Say): Promise<Row[]> {
  say('listing, counting, reading');
  const lists = await timeLists(stage);
  const conversations = await timeConversations(stage);
  return [
    row({ id: 'health', what: 'yardstick: GET /health (select 1)', unit: 'ms' }, lists.health),
    row(
      { id: 'list', what: 'mail.listThreads, page 1 of 50', unit: 'ms', target: { of: 'median', atMost: 5 } },
      lists.firstPage,
    ),
    row(
      { id: 'list-100', what: 'mail.listThreads, page 100', unit: 'ms', target: { of: 'median', atMost: 5 } },
      lists.hundredthPage,
    ),
    row({ id: 'list-to-health', what: 'page 1 / GET /health', unit: 'ratio' }, [
      median(lists.firstPage) / median(lists.health),
    ]),
    row({ id: 'count', what: 'mail.count', unit: 'ms' }, lists.counts),
    row({ id: 'get-first', what: 'mail.get, body not here yet', unit: 'ms' }, conversations.first),
    row({ id: 'get', what: 'mail.get, body here', unit: 'ms' }, conversations.again),
  ];
}

async function changingRows(stage: Stage, say: Say): Promise<Row[]> {
  say('acting, and waiting for new mail');
  const actions = await timeActions(stage);
  const arrivals = await timeArrivals(stage);
  return [
    row(
      { id: 'act', what: 'mail.markAsRead answers', unit: 'ms', target: { of: 'median', atMost: 100 } },
      actions.answer,
    ),
    row(
      { id: 'act-seen', what: 'called → another client sees it', unit: 'ms', target: { of: 'p95', atMost: 2000 } },
      actions.seen,
    ),
    row(
      { id: 'arrival', what: 'accepted by LMTP → first of the list', unit: 'ms', target: { of: 'p95', atMost: 2000 } },
      arrivals,
    ),
  ];
}
