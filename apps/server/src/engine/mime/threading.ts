/**
 * Which messages make one conversation.
 *
 * Every message yields a set of keys that depends on nothing but the message itself. Two messages that share a key are
 * linked; a conversation is a connected component. So the partition cannot depend on the order of arrival, and finding
 * a message's conversation is: look its keys up; none known → a new thread; one thread → join; several → merge into
 * the oldest. Keys are stored also for messages that are not here (yet), which is how late parents join.
 *
 *     M's own Message-ID              id(M), ref(M, s)      s = M's canonical subject
 *     each P in In-Reply-To           id(P), ref(P, s)
 *     each R in References            ref(R, s)
 *
 * In words: In-Reply-To alone joins. References joins only messages of equal canonical subject, because clients
 * recycle old References for new conversations. At most 54 keys: the first and the newest references.
 *
 * Known constant, empty and too short ids give no keys. Joining by subject alone is left out: its guards (a shared
 * participant, ninety days, "not two base subjects") are no equivalence relation and cannot be written as keys. The
 * cap on a thread's size (ids reused by notifiers) is the index's business.
 */
import { hash64, messageIdHash } from './fingerprint.ts';
import { bareMessageId, capReferences } from './message-ids.ts';
import { canonicalSubject } from './subject.ts';

/** What threading looks at. Ids with or without angle brackets. */
export interface ThreadableMessage {
  messageId?: string | null | undefined;
  inReplyTo?: readonly string[] | undefined;
  references?: readonly string[] | undefined;
  subject?: string | null | undefined;
}

/** What to do with a message whose keys are known to belong to these threads. */
export type ThreadDecision<Id> =
  | { kind: 'new' }
  | { kind: 'join'; threadId: Id }
  | { kind: 'merge'; into: Id; from: Id[] };

/** The most keys a message has. */
export const MAX_THREAD_KEYS = 54;
const MAX_IN_REPLY_TO = 3;
const MEANINGLESS = /^(?:<?>?|message-?id|unknown|undefined|null|none|nil|n\/a|id|test|0+|1+|-+|x+)?$/i;

/** The keys of a message: signed 64-bit integers as decimal strings, each once, its own id first. */
export function threadKeys(message: ThreadableMessage): string[] {
  const subject = canonicalSubject(message.subject);
  const own = message.messageId ? usable([message.messageId]) : [];
  const parents = usable(message.inReplyTo ?? []).slice(0, MAX_IN_REPLY_TO);
  const ancestors = usable(message.references ?? []).filter((id) => !parents.includes(id) && !own.includes(id));
  const room = MAX_THREAD_KEYS - 2 * own.length - 2 * parents.length;
  const keys = new Set<string>();
  for (const id of [...own, ...parents]) keys.add(messageIdHash(id));
  for (const id of [...own, ...parents, ...capReferences(ancestors, room - 1)]) keys.add(hash64('ref', id, subject));
  return [...keys];
}

/** The key of a conversation that the server itself names (X-GM-THRID, or THREADID where no message lacks it). */
export function providerThreadKey(threadId: string): string {
  return hash64('thread', threadId);
}

/** Decides from the threads that a message's keys were found in, oldest first. */
export function decideThread<Id>(found: readonly Id[]): ThreadDecision<Id> {
  const [into, ...from] = [...new Set(found)];
  if (into === undefined) return { kind: 'new' };
  return from.length === 0 ? { kind: 'join', threadId: into } : { kind: 'merge', into, from };
}

/** Ids that identify something: bare, each once, without the constants that broken mailers write. */
function usable(ids: readonly string[]): string[] {
  const bare = ids.map(bareMessageId).filter((id) => {
    const local = id.split('@')[0] ?? '';
    return id.length >= 5 && !MEANINGLESS.test(local) && !/^\.?JavaMail\.[a-z]*@/i.test(id);
  });
  return [...new Set(bare)];
}
