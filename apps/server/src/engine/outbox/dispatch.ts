/**
 * Takes queued messages to the submission server. The step is durable before each action: `claimed` before the
 * connection, `data` before the first octet of the message, `accepted` with the answer. What a dead process left
 * `claimed` is safe to send again; what it left at `data` nobody can know: shown as `uncertain`, looked for in Sent,
 * never sent again by itself.
 */
import type {
  ConnectionId,
  MessageRowId,
  OutboxId,
  OutgoingFile,
  OutgoingRecipient,
  SubmissionVia,
} from '@postroom/db';
import type pg from 'pg';
import { MailError } from '../../lib/driver/errors.ts';
import { presentId } from '../../lib/driver/ids.ts';
import { publish } from '../events/publish.ts';
import { lockAccount, row, rows, type Tx, transaction } from '../index/sql.ts';
import { inSevenBits, transmitted } from '../mime/index.ts';
import { wakeAccount } from '../operations/wake.ts';
import { linkReminder } from '../schedule/reminders.ts';
import { decide, UNCERTAIN } from './decide.ts';
import { showSent } from './enqueue.ts';
import { frozenOf, messageSource } from './frozen-row.ts';
import { markParent } from './mark-parent.ts';
import { tellThreads, threadsOf } from './own-copy.ts';
import { pauseSending, SENDING_ERROR } from './sending-pause.ts';
import { mergeRecipients, openRecipients, type SubmissionOutcome, type Submit } from './submission.ts';
import { learnSizeLimit } from './submission-way.ts';

/** A claim holds so long after its owner's last sign of life. */
const LEASE_SECONDS = 60;
const HEARTBEAT_MS = 20_000;

export interface DispatchDeps {
  readonly pool: pg.Pool;
  readonly submit: Submit;
  readonly now: () => Date;
}

interface Claimed {
  readonly id: OutboxId;
  readonly mime: Buffer;
  readonly files: OutgoingFile[];
  readonly mail_from: string;
  readonly via: SubmissionVia | null;
  readonly recipients: OutgoingRecipient[];
  readonly message_id: MessageRowId | null;
  readonly parent_id: MessageRowId | null;
  readonly parent_mark: 'answered' | 'forwarded' | null;
  readonly attempts: number;
  readonly is_redirect: boolean;
  readonly due_at: Date;
}

/** Sends everything that is due. */
export async function dispatch(deps: DispatchDeps, connectionId: ConnectionId, signal: AbortSignal): Promise<void> {
  await recover(deps, connectionId);
  while (!signal.aborted) {
    const claimed = await claim(deps, connectionId);
    if (!claimed) return;
    await attempt(deps, connectionId, claimed);
  }
}

/** What a process that died left behind. */
async function recover({ pool, now }: DispatchDeps, connectionId: ConnectionId): Promise<void> {
  await transaction(pool, async (tx) => {
    const left = await rows<{ id: OutboxId }>(
      tx,
      `update outbox set
         state = case step when 'data' then 'uncertain' else 'queued' end,
         submitted_at = case step when 'data' then $2 else submitted_at end,
         error = case step when 'data' then $3::jsonb else error end,
         step = case step when 'data' then 'data' else 'none' end,
         next_attempt_at = $2, lease_until = null
       where connection_id = $1 and state = 'sending' and lease_until < $2 returning id`,
      [connectionId, now(), JSON.stringify(UNCERTAIN.toData())],
    );
    for (const { id } of left) await tell(tx, connectionId, id);
  });
}

async function claim({ pool, now }: DispatchDeps, connectionId: ConnectionId): Promise<Claimed | undefined> {
  return transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    const claimed = await row<Claimed>(
      tx,
      `update outbox set state = 'sending', step = 'claimed', attempts = attempts + 1, next_attempt_at = null,
         lease_until = $2::timestamptz + make_interval(secs => ${LEASE_SECONDS})
       where connection_id = $1 and id = (select id from outbox where connection_id = $1
         and state in ('queued', 'scheduled') and next_attempt_at <= $2 and ${SENDING_ERROR} is null
         order by next_attempt_at, id limit 1)
       returning id, mime, files, mail_from, via, recipients, message_id, parent_id, parent_mark, attempts, is_redirect,
         greatest(created_at, send_at) as due_at`,
      [connectionId, now()],
    );
    if (!claimed) return undefined;
    let messageId = claimed.message_id;
    if (messageId === null && !claimed.is_redirect) {
      messageId = await showSent(tx, connectionId, frozenOf(claimed), now());
      await tx.query('update outbox set message_id = $3 where connection_id = $1 and id = $2', [
        connectionId,
        claimed.id,
        messageId,
      ]);
      await linkReminder(tx, connectionId, claimed.id, messageId);
    }
    await tell(tx, connectionId, claimed.id);
    return { ...claimed, message_id: messageId };
  });
}

async function attempt(deps: DispatchDeps, connectionId: ConnectionId, claimed: Claimed): Promise<void> {
  const { pool, now } = deps;
  const alive = setInterval(() => {
    // A missed sign of life only makes the claim run out; the next one may get through.
    pool
      .query(
        `update outbox set lease_until = $3::timestamptz + make_interval(secs => ${LEASE_SECONDS})
         where connection_id = $1 and id = $2 and state = 'sending' and attempts = $4`,
        [connectionId, claimed.id, now(), claimed.attempts],
      )
      .catch(() => undefined);
  }, HEARTBEAT_MS);
  let reachedData = false;
  let sizeLimit: number | null | undefined;
  let outcome: SubmissionOutcome;
  try {
    const wire = transmitted(frozenOf(claimed));
    const sevenBits = inSevenBits(wire);
    outcome = await deps.submit(connectionId, {
      via: claimed.via,
      mailFrom: claimed.mail_from,
      rcptTo: openRecipients(claimed.recipients),
      message: messageSource(pool, wire),
      inSevenBits: sevenBits && messageSource(pool, sevenBits),
      onSizeLimit: (octets) => {
        sizeLimit = octets;
      },
      onData: async () => {
        // Each claim counts an attempt, and so tells whose it is.
        const { rowCount } = await pool.query(
          `update outbox set step = 'data'
           where connection_id = $1 and id = $2 and state = 'sending' and step = 'claimed' and attempts = $3`,
          [connectionId, claimed.id, claimed.attempts],
        );
        // Somebody else took over meanwhile: two must not send the same.
        if (rowCount !== 1) throw new MailError({ code: 'CONFLICT', message: 'The message is being sent already.' });
        reachedData = true;
      },
    });
  } catch (cause) {
    const error =
      cause instanceof MailError
        ? cause
        : new MailError({ code: 'INTERNAL', message: 'Something went wrong on our side.', retryable: true, cause });
    if (error.code === 'CONFLICT') return;
    outcome = reachedData ? { kind: 'unknown', recipients: [], error } : { kind: 'not-sent', error };
  } finally {
    clearInterval(alive);
  }
  await transaction(pool, async (tx) => {
    await lockAccount(tx, connectionId);
    await settle(tx, connectionId, claimed, outcome, now());
    const { via } = claimed;
    if (outcome.kind === 'not-sent' || outcome.kind === 'refused')
      await pauseSending(tx, connectionId, via, outcome.error);
    if (sizeLimit !== undefined) await learnSizeLimit(tx, connectionId, via, sizeLimit);
  });
}

/**
 * Whoever slept for longer than the claim holds (a machine that was suspended) comes back to a message that others have
 * gone on with. That it was accepted counts also then, as long as nobody began another attempt; else it is their word.
 */
async function isStillToSettle(
  tx: Tx,
  connectionId: ConnectionId,
  { id, attempts }: Claimed,
  { kind }: SubmissionOutcome,
): Promise<boolean> {
  const open = kind === 'accepted' ? ['sending', 'uncertain', 'queued'] : ['sending'];
  const found = await row(
    tx,
    'select 1 from outbox where connection_id = $1 and id = $2 and attempts = $3 and state = any($4) for update',
    [connectionId, id, attempts, open],
  );
  return found !== undefined;
}

/** Writes down what came of an attempt. */
async function settle(
  tx: Tx,
  connectionId: ConnectionId,
  claimed: Claimed,
  outcome: SubmissionOutcome,
  now: Date,
): Promise<void> {
  if (!(await isStillToSettle(tx, connectionId, claimed, outcome))) return;
  const answered = outcome.kind === 'not-sent' ? [] : outcome.recipients;
  const recipients = mergeRecipients(claimed.recipients, answered);
  const anyAccepted = recipients.some(({ status }) => status === 'accepted');
  const change = decide(outcome, recipients, claimed, now);
  await tx.query(
    `update outbox set state = $3, step = $4, recipients = $5, next_attempt_at = $6, error = $7, lease_until = null,
       submitted_at = case when $8 then coalesce(submitted_at, $9) else submitted_at end
     where connection_id = $1 and id = $2`,
    [
      connectionId,
      claimed.id,
      change.state,
      change.step,
      JSON.stringify(recipients),
      change.nextAttemptAt,
      change.error === null ? null : JSON.stringify(change.error.toData()),
      anyAccepted || outcome.kind === 'unknown',
      now,
    ],
  );
  if (outcome.kind === 'accepted' && claimed.parent_id !== null && claimed.parent_mark !== null) {
    await markParent(tx, connectionId, claimed.parent_id, claimed.parent_mark);
  }
  await tell(tx, connectionId, claimed.id);
  if (claimed.message_id !== null)
    await tellThreads(tx, connectionId, await threadsOf(tx, connectionId, [claimed.message_id]));
  await wakeAccount(tx, connectionId);
}

async function tell(tx: Tx, connectionId: ConnectionId, id: OutboxId): Promise<void> {
  await publish(tx, { connectionId, kind: 'outbox', ids: [presentId('outbox', connectionId, id)] });
}
