/**
 * A random history of one account: our client and another one act on it by a seed, our operations reach the server and the
 * account is looked at now and then, sometimes all at the same time. At its checks, when everything has come to rest, the
 * index must equal the server. Test code only.
 */
import type { TestDatabase } from '@postroom/db/testing';
import { createRandom } from '@postroom/mail-lab';
import { MailError } from '../../lib/driver/errors.ts';
import type { ImapSession } from '../imap/types.ts';
import { runOperations } from '../operations/remote.ts';
import { lookDeps, type TestAccount } from '../sync/account.fixture.ts';
import { syncAccount } from '../sync/account-sync.ts';
import { differencesBetween } from './differences.fixture.ts';
import { readIndex } from './index-state.fixture.ts';
import { createOtherClient } from './other-client.fixture.ts';
import { createOurClient } from './our-client.fixture.ts';
import { readServer } from './server-state.fixture.ts';

export interface HistoryPlan {
  readonly seed: number;
  readonly operations: number;
  /** Operations between two checks. */
  readonly checkEvery: number;
}

export interface HistoryOutcome {
  readonly operations: number;
  readonly checks: number;
  readonly looks: number;
  /** Messages on the server at the end. */
  readonly messages: number;
  /** Of the first check that found any; a history ends there. */
  readonly differences: readonly string[];
  /** What was done since the check before that one. */
  readonly trace: readonly string[];
}

const NEVER = new AbortController().signal;

export async function runHistory(
  { pool }: TestDatabase,
  account: TestAccount,
  { seed, operations, checkEvery }: HistoryPlan,
): Promise<HistoryOutcome> {
  const { connectionId, other } = account;
  const random = createRandom(seed);
  const theirs = createOtherClient(other, createRandom(seed + 1), `h${seed}`);
  const ours = createOurClient(pool, connectionId, createRandom(seed + 2));
  const sessions = { looking: account.session, working: await account.connect() };
  let trace: string[] = [];
  let missingBefore: ReadonlySet<string> = new Set();
  let previousLookAt: Date | null = null;
  let looks = 0;

  /** A server may end a session whose mailbox another client deleted (RFC 2180 §3.3): there is another then. */
  async function sessionFor(purpose: keyof typeof sessions): Promise<ImapSession> {
    if (!sessions[purpose].closed) return sessions[purpose];
    trace.push(`${purpose} anew: the session had ended`);
    sessions[purpose] = await account.connect();
    return sessions[purpose];
  }

  async function look(): Promise<void> {
    const startedAt = new Date();
    const requested = new Set(random.next() < 0.5 ? ['INBOX'] : []);
    looks += 1;
    try {
      const { missing, complete, sawAll } = await syncAccount(await sessionFor('looking'), {
        ...lookDeps(pool, connectionId),
        requested,
        missingBefore,
        previousLookAt,
        onMailboxRefused: (path, error) => void trace.push(`look: ${path} refused, ${error.message}`),
      });
      trace.push(`look: ${complete ? 'whole' : 'in part'}`);
      if (complete) missingBefore = missing;
      if (complete && sawAll) previousLookAt = startedAt;
    } catch (error) {
      if (!(error instanceof MailError)) throw error;
      trace.push(`look failed: ${error.message}`);
    }
  }

  async function write(): Promise<void> {
    try {
      await runOperations(pool, connectionId, await sessionFor('working'), NEVER);
      trace.push('operations ran');
    } catch (error) {
      if (!(error instanceof MailError)) throw error;
      trace.push(`operations stopped: ${error.message}`);
    }
  }

  const step = async (actor: { act(): Promise<string> }) => void trace.push(await actor.act());

  /** Everything comes to rest: what we did is on the server, and the account has been looked at since. */
  async function check(): Promise<string[]> {
    // An operation on a mailbox that was replaced waits for the next look at it.
    for (
      let turn = 0;
      turn < 5 && (turn === 0 || (await readIndex(pool, connectionId)).openOperations > 0);
      turn += 1
    ) {
      await write();
      await look();
    }
    // A mailbox that is gone is believed to be gone when it is missing twice; what lies above it is seen then.
    for (let turn = 0; turn < 3; turn += 1) await look();
    return differencesBetween(await readIndex(pool, connectionId), await readServer(other), theirs.ever);
  }

  for (let count = 0; count < 20; count += 1) trace.push(await theirs.arrive());
  await look();
  let checks = 0;
  let done = 0;
  while (done < operations) {
    const until = Math.min(operations, done + checkEvery);
    trace = [];
    while (done < until) {
      const kind = random.next();
      done += 1;
      if (kind < 0.55) await step(theirs);
      else if (kind < 0.85) await step(ours);
      else if (kind < 0.9) await look();
      else if (kind < 0.95) await write();
      else {
        trace.push('at once:');
        await Promise.all([look(), write(), step(theirs), step(ours)]);
        done += 1;
      }
    }
    const differences = await check();
    checks += 1;
    if (differences.length > 0) {
      for (const session of Object.values(sessions)) session.destroy();
      return { operations: done, checks, looks, messages: 0, differences, trace };
    }
  }
  const mailboxes = [...(await readServer(other)).values()];
  for (const session of Object.values(sessions)) session.destroy();
  return {
    operations: done,
    checks,
    looks,
    messages: mailboxes.reduce((sum, { messages }) => sum + messages.size, 0),
    differences: [],
    trace: [],
  };
}
