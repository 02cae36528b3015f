/**
 * Whether what is shown under each label is as many messages as the label's mailbox has (STATUS, which LIST tells for
 * nothing). Label changes move the mod-sequence of All Mail, and are read by it; should they once not, this notices.
 */
import type { ConnectionId } from '@postroom/db';
import type pg from 'pg';
import type { PlannedMailbox } from '../accounts/quirks/mailboxes.ts';
import { row } from '../index/sql.ts';

/** False while an operation of ours is under way, because then the server does not know yet. */
export async function isLabelledOtherwise(
  pool: pg.Pool,
  connectionId: ConnectionId,
  planned: readonly PlannedMailbox[],
): Promise<boolean> {
  const told = planned.flatMap(({ label, status }) =>
    label === null || status === null ? [] : [{ label, messages: status.messages }],
  );
  const found = await row<{ otherwise: boolean }>(
    pool,
    `with told as materialized (
       select label, messages from jsonb_to_recordset($2::jsonb) as x(label text, messages int)
     ), lying as materialized (
       select p.keywords from placement p join mailbox a on a.connection_id = $1 and a.id = p.mailbox_id
       where p.connection_id = $1 and a.role = 'archive' and p.uid is not null and p.keywords <> '{}'
     ), ours as (
       select b.label, count(p.id)::int as messages from mailbox b
       left join placement p on p.connection_id = $1 and p.mailbox_id = b.id and p.state = 'present'
       where b.connection_id = $1 and b.synced and b.label is not null group by 1
       union all
       select t.label, (select count(*)::int from lying where t.label = any(lying.keywords)) from told t
       where t.label not like '\\\\%'
     )
     select exists (select 1 from told t join ours o using (label) where t.messages <> o.messages)
       and not exists (select 1 from operation where connection_id = $1 and state in ('pending', 'running')) as otherwise`,
    [connectionId, JSON.stringify(told)],
  );
  return found?.otherwise === true;
}
