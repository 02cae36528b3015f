/** The outbox as the worker sees it: send what is due, file what was sent, say when there is more to do. */
import type { ConnectionId } from '@postroom/db';
import type pg from 'pg';
import type { WithImap } from '../accounts/access.ts';
import { row } from '../index/sql.ts';
import { dispatch } from './dispatch.ts';
import { fileSentCopies } from './file-sent.ts';
import { SENDING_ERROR } from './sending-pause.ts';
import type { Submit } from './submission.ts';
import { verifyCopies } from './verify-copy.ts';

export interface OutboxDispatcher {
  /** Returns when the next of it is due, or null. */
  run(connectionId: ConnectionId, signal: AbortSignal): Promise<Date | null>;
}

export function createOutboxDispatcher(deps: {
  readonly pool: pg.Pool;
  readonly submit: Submit;
  readonly withImap: WithImap;
  readonly now: () => Date;
}): OutboxDispatcher {
  return {
    async run(connectionId, signal) {
      await dispatch(deps, connectionId, signal);
      await fileSentCopies(deps, connectionId, signal);
      await verifyCopies(deps, connectionId, signal);
      const next = await row<{ at: Date | null }>(
        deps.pool,
        `select min(least(
           case when state = 'sending' then lease_until
             when state in ('scheduled', 'queued') and ${SENDING_ERROR} is null then next_attempt_at
             when state in ('sent', 'partial', 'uncertain') and not sent_copy_filed then next_attempt_at end,
           case when sent_copy_filed then verify_copy_at end)) as at
         from outbox
         where connection_id = $1 and (state in ('scheduled', 'queued', 'sending') or verify_copy_at is not null
           or (state in ('sent', 'partial', 'uncertain') and not sent_copy_filed))`,
        [connectionId],
      );
      return next?.at ?? null;
    },
  };
}
