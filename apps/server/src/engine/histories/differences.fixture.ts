/**
 * The index against the server, from first principles: placements, flags, keywords, lists, counters and conversations are
 * computed again from what another client reads, without any of the engine's code. An empty answer is a proof of one
 * moment. Test code only.
 */
import type { IndexPlacement, IndexState } from './index-state.fixture.ts';
import type { LinkedHeader, ServerMailbox } from './server-state.fixture.ts';

const BITS: readonly [string, number][] = [
  ['\\seen', 1],
  ['\\answered', 2],
  ['\\flagged', 4],
  ['\\deleted', 8],
  ['\\draft', 16],
];

/** Each as a sentence; none: they are equal. `ever`: all messages there have been, for what conversations may hold. */
export function differencesBetween(
  index: IndexState,
  server: ReadonlyMap<string, ServerMailbox>,
  ever: readonly LinkedHeader[],
): string[] {
  const found = [...mailboxDifferences(index, server), ...placementDifferences(index, server)];
  if (index.openOperations > 0) found.push(`${index.openOperations} operations are open`);
  // What follows is derived from the placements; where those differ it says nothing new.
  if (found.length > 0) return found;
  return [...identityDifferences(index), ...threadDifferences(index, server, ever), ...listDifferences(index)];
}

function mailboxDifferences(index: IndexState, server: ReadonlyMap<string, ServerMailbox>): string[] {
  const known = new Map(index.mailboxes.map((one) => [one.path, one]));
  const missing = [...server.keys()].filter((path) => !known.has(path)).map((path) => `mailbox ${path} is missing`);
  const gone = [...known.keys()].filter((path) => !server.has(path)).map((path) => `mailbox ${path} is gone there`);
  const other = [...server.values()]
    .filter(({ path, uidValidity }) => known.has(path) && known.get(path)?.uid_validity !== uidValidity)
    .map(({ path, uidValidity }) => `${path} has UIDVALIDITY ${uidValidity}, not ${known.get(path)?.uid_validity}`);
  return [...missing, ...gone, ...other];
}

function placementDifferences(index: IndexState, server: ReadonlyMap<string, ServerMailbox>): string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  for (const placement of index.placements) {
    const { path, uid, state } = placement;
    const there = uid === null ? undefined : server.get(path)?.messages.get(uid);
    const name = `${path} ${uid ?? 'without UID'} (${placement.message_id}, ${state})`;
    seen.add(`${path} ${uid}`);
    if (!there) {
      found.push(`${name} is not on the server`);
      continue;
    }
    if (state !== 'present') found.push(`${name} is not present`);
    const flags = flagsOf(placement).join(' ');
    if (flags !== there.flags.join(' ')) found.push(`${name} has [${flags}], there [${there.flags.join(' ')}]`);
    if (`<${there.header.messageId}>` !== placement.message_id || there.size !== placement.size) {
      found.push(`${name} of ${placement.size} octets is there ${there.header.messageId} of ${there.size}`);
    }
  }
  for (const { path, messages } of server.values()) {
    for (const { uid, header } of messages.values()) {
      if (!seen.has(`${path} ${uid}`)) found.push(`${path} ${uid} (${header.messageId}) is not in the index`);
    }
  }
  return found;
}

function flagsOf({ flags, keywords }: IndexPlacement): string[] {
  const system = BITS.filter(([, bit]) => (flags & bit) !== 0).map(([name]) => name);
  return [...system, ...keywords.map((keyword) => keyword.toLowerCase())].sort();
}

/** A message lies in a mailbox once: a second copy there is a second message. */
function identityDifferences(index: IndexState): string[] {
  const places = new Set<string>();
  return index.placements.flatMap(({ id, path }) => {
    const place = `${id} ${path}`;
    const isDouble = places.has(place);
    places.add(place);
    return isDouble ? [`message ${id} lies twice in ${path}`] : [];
  });
}

/** Keys by which messages belong together: replies to the same, and equal references under an equal subject. */
function keysOf({ messageId, inReplyTo, references, subject }: LinkedHeader): string[] {
  const topic = subject.replace(/^(re:\s*)+/i, '').toLowerCase();
  const direct = [messageId, ...inReplyTo];
  return [...direct.map((id) => `id ${id}`), ...[...direct, ...references].map((id) => `ref ${id} ${topic}`)];
}

/** A representative for each message; equal ones are connected. */
export function components(headers: readonly LinkedHeader[]): Map<string, string> {
  const parent = new Map<string, string>();
  const rootOf = (start: string): string => {
    let at = start;
    for (let up = parent.get(at); up !== undefined && up !== at; up = parent.get(at)) at = up;
    let walk = start;
    while (walk !== at) {
      const next = parent.get(walk) ?? at;
      parent.set(walk, at);
      walk = next;
    }
    return at;
  };
  for (const header of headers) {
    const [first = '', ...rest] = keysOf(header);
    if (!parent.has(first)) parent.set(first, first);
    for (const key of rest) {
      if (!parent.has(key)) parent.set(key, key);
      parent.set(rootOf(key), rootOf(first));
    }
  }
  return new Map(headers.map(({ messageId }) => [messageId, rootOf(`id ${messageId}`)]));
}

/**
 * What is connected through messages that are here must be one conversation; what is one must be connected through
 * messages that have ever been. (A message that came and went unseen between two looks may or may not have linked them.)
 */
function threadDifferences(
  index: IndexState,
  server: ReadonlyMap<string, ServerMailbox>,
  ever: readonly LinkedHeader[],
): string[] {
  const present = [...server.values()].flatMap(({ messages }) => [...messages.values()].map(({ header }) => header));
  const must = components(present);
  const may = components([...ever, ...present]);
  const threadOf = new Map<string, number>();
  const componentOf = new Map<number, string>();
  const found: string[] = [];
  for (const { message_id, thread_id } of index.placements) {
    const id = message_id.slice(1, -1);
    const together = must.get(id) ?? '';
    const known = threadOf.get(together);
    if (known !== undefined && known !== thread_id) found.push(`${id} is in thread ${thread_id}, not ${known}`);
    threadOf.set(together, thread_id);
    const allowed = may.get(id) ?? '';
    const other = componentOf.get(thread_id);
    if (other !== undefined && other !== allowed) found.push(`thread ${thread_id} joins ${id} to a stranger`);
    componentOf.set(thread_id, allowed);
  }
  return found;
}

interface Counted {
  total: number;
  unread: number;
}

/** The lists, the counters and the summaries, from the placements. */
function listDifferences(index: IndexState): string[] {
  const roles = new Map(index.mailboxes.map(({ path, role }) => [path, role ?? '']));
  const ids = new Map(index.mailboxes.map(({ path, id }) => [path, id]));
  const shown = index.placements.filter(({ flags }) => (flags & 8) === 0);
  const threads = new Map<number, IndexPlacement[]>();
  for (const one of shown) threads.set(one.thread_id, [...(threads.get(one.thread_id) ?? []), one]);
  const found: string[] = [];
  const lists = new Map<string, Counted>();
  const counters = new Map<string, Counted>();
  const inboxList = `m${index.mailboxes.find(({ role }) => role === 'inbox')?.id}`;
  for (const [threadId, placements] of threads) {
    const messages = messagesOf(placements, roles);
    const isAnyOutside = messages.some(({ outside }) => outside);
    const visible = messages.filter(({ outside }) => outside || !isAnyOutside);
    const rows = new Map<string, boolean[]>();
    const put = (list: string, unread: boolean) => rows.set(list, [...(rows.get(list) ?? []), unread]);
    const summary = index.threads.get(threadId);
    const isHidden = summary?.snoozed === true && summary.snoozed_in === null;
    for (const { path, flags } of placements)
      if (!isHidden || roles.get(path) !== 'inbox') put(`m${ids.get(path)}`, (flags & 1) === 0);
    const isInInbox = placements.some(({ path }) => roles.get(path) === 'inbox');
    const isAlone = summary?.surfaced_alone === true && !summary.snoozed && !isInInbox;
    if (summary?.snoozed && summary.snoozed_in !== null && !rows.has(summary.snoozed_in))
      found.push(`thread ${threadId} is snoozed in ${summary.snoozed_in}, where nothing of it lies`);
    for (const { outside, unread, starred, keywords } of visible) {
      if (summary?.snoozed) put('snoozed', unread);
      // What lies only in junk and trash is listed nowhere else.
      if (!outside) continue;
      put('all', unread);
      if (isAlone) put(inboxList, unread);
      if (starred) put('starred', unread);
      for (const keyword of keywords) {
        const label = index.labels.get(keyword);
        if (label !== undefined) put(`l${label}`, unread);
      }
    }
    for (const [list, unread] of rows) {
      const row = { total: unread.length, unread: unread.filter(Boolean).length };
      lists.set(`${list} ${threadId}`, row);
      const counter = counters.get(list) ?? { total: 0, unread: 0 };
      counters.set(list, { total: counter.total + 1, unread: counter.unread + (row.unread > 0 ? 1 : 0) });
    }
    const wanted = `${visible.length} ${visible.filter(({ unread }) => unread).length} ${visible.some(({ starred }) => starred)}`;
    const kept = `${summary?.message_count} ${summary?.unread_count} ${summary?.starred}`;
    if (wanted !== kept) found.push(`thread ${threadId} says ${kept}, and is ${wanted}`);
  }
  const linesOf = (counted: ReadonlyMap<string, Counted>) =>
    [...counted].map(([name, { total, unread }]) => `${name} ${total} ${unread}`).sort();
  return [
    ...found,
    ...linesApart('list', index.lists, linesOf(lists)),
    ...linesApart('counter', index.counters, linesOf(counters)),
  ];
}

function messagesOf(placements: readonly IndexPlacement[], roles: ReadonlyMap<string, string>) {
  const groups = new Map<number, IndexPlacement[]>();
  for (const one of placements) groups.set(one.id, [...(groups.get(one.id) ?? []), one]);
  return [...groups.values()].map((group) => ({
    outside: group.some(({ path }) => !['junk', 'trash'].includes(roles.get(path) ?? '')),
    unread: group.some(({ flags }) => (flags & 1) === 0),
    starred: group.some(({ flags }) => (flags & 4) !== 0),
    keywords: new Set(group.flatMap(({ keywords }) => keywords.map((keyword) => keyword.toLowerCase()))),
  }));
}

function linesApart(what: string, kept: readonly string[], wanted: readonly string[]): string[] {
  const have = new Set(kept);
  const want = new Set(wanted);
  return [
    ...kept.filter((line) => !want.has(line)).map((line) => `${what} has ${line}`),
    ...wanted.filter((line) => !have.has(line)).map((line) => `${what} lacks ${line}`),
  ];
}
