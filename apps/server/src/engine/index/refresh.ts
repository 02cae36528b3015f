/**
 * What a list reads, recomputed for some conversations in the transaction that changed their messages: the summary
 * (`thread`), one row a list (`thread_list`) and the counters (`list_counter`, moved by the difference, never counted).
 *
 * A message is shown unless its only placements are leaving or `\Deleted`. A conversation is shown without what lies
 * only in junk and trash, unless nothing else is left of it (contract, Conversations). What is starred or labelled is
 * listed as such while it lies outside of those two. In the inbox a conversation stands where its newest message is, or
 * where it was brought to when a snooze or a reminder came due (docs/decisions/008).
 */
import type { ConnectionId, ThreadId } from '@postroom/db';
import { IMPORTANT_HERE } from './labels.ts';
import { IS_SHOWN, type Tx } from './sql.ts';

const MAX_SENDERS = 20;

/**
 * Placements that count, with what the rest needs of their message. $1 account, $2 thread ids.
 *
 * Each `offset 0` keeps the planner from turning a look-up by key into a join of whole tables: it would, on the guesses
 * it has before the first ANALYZE, and a first look at a great mailbox would slow down with every message it read.
 */
const SHOWN = `
  asked as (
    select id from unnest($2::bigint[]) as x(id)
  ),
  theirs as materialized (
    select m.* from asked x cross join lateral (
      select thread_id, id as message_id, received_at, addresses -> 'from' as sender, subject, has_attachments
      from message where connection_id = $1 and thread_id = x.id offset 0) m
  ),
  shown as materialized (
    select m.*, p.mailbox_id, coalesce(b.role, '') as role, p.flags, p.keywords
    from theirs m cross join lateral (
      select mailbox_id, flags, keywords from placement p
      where connection_id = $1 and message_id = m.message_id and ${IS_SHOWN} offset 0) p
    cross join lateral (
      select role from mailbox where connection_id = $1 and id = p.mailbox_id offset 0) b
  ),
  important_here as materialized (
    ${IMPORTANT_HERE} and ml.message_id in (select message_id from shown)
  ),
  per_message as (
    select thread_id, message_id, received_at, sender, subject, has_attachments,
           bool_or(role not in ('junk', 'trash')) as outside,
           bool_or(flags & 1 = 0) as unread,
           bool_or(flags & 4 <> 0) as starred,
           bool_or('$important' = any(select lower(k) from unnest(keywords) k))
             or message_id in (select message_id from important_here) as important,
           jsonb_agg(to_jsonb(keywords)) filter (where cardinality(keywords) > 0) as keyword_lists
    from shown
    group by 1, 2, 3, 4, 5, 6
  ),
  anchored as (
    select *, bool_or(outside) over (partition by thread_id) as any_outside from per_message
  ),
  visible as materialized (
    select * from anchored where outside or not any_outside
  ),
  labelled as materialized (
    select v.thread_id, v.message_id, v.received_at, v.unread, v.outside, l.id as label_id
    from visible v
    cross join lateral jsonb_array_elements(v.keyword_lists) as placed(keywords)
    cross join lateral jsonb_array_elements_text(placed.keywords) as k(keyword)
    join label l on l.connection_id = $1 and lower(l.keyword) = lower(k.keyword)
    union
    select v.thread_id, v.message_id, v.received_at, v.unread, v.outside, ml.label_id
    from visible v cross join lateral (
      select label_id from message_label where connection_id = $1 and message_id = v.message_id offset 0) ml
  )`;

/**
 * What the user or a clock said of the conversations: whether they wait out of the inbox, or were brought to its top. One
 * whose snoozed messages lie on the server is snoozed as long as one of them still lies there.
 */
const STATE = `
  state as materialized (
    select t.id, t.muted, t.snoozed_until, t.snoozed_in, t.surfaced_at, t.surfaced_alone,
      t.snoozed_until is not null and (t.snoozed_in is null
        or exists (select 1 from shown s where s.thread_id = t.id and 'm' || s.mailbox_id = t.snoozed_in)
        or exists (select 1 from labelled l where l.thread_id = t.id and 'l' || l.label_id = t.snoozed_in)) as snoozed
    from thread t where t.connection_id = $1 and t.id = any($2::bigint[])
      and (t.snoozed_until is not null or t.muted or t.surfaced_at is not null)
  )`;

/** The summaries, into `thread`. */
const SUMMARIES = `
  by_sender as (
    select thread_id, lower(sender ->> 'email') as email, min(received_at) as first_at,
           (array_agg(sender order by received_at desc))[1] as sender
    from visible where sender is not null group by 1, 2
  ),
  ranked as (
    select *, row_number() over (partition by thread_id order by first_at) as position from by_sender
  ),
  senders as (
    select thread_id, jsonb_agg(sender order by first_at) as senders from ranked where position <= ${MAX_SENDERS} group by 1
  ),
  labels as (
    select thread_id, array_agg(distinct label_id order by label_id) as label_ids from labelled group by 1
  ),
  summary as (
    select thread_id,
           (array_agg(subject order by received_at, message_id))[1] as subject,
           (array_agg(message_id order by received_at desc, message_id desc))[1] as newest_message_id,
           count(*)::int as message_count,
           (count(*) filter (where unread))::int as unread_count,
           bool_or(starred) as starred, bool_or(important) as important, bool_or(has_attachments) as has_attachments,
           max(received_at) as newest_at
    from visible group by 1
  ),
  summarised as (
    insert into thread as t (connection_id, id, subject, newest_message_id, senders, message_count, unread_count, starred,
      important, has_attachments, label_ids, newest_at, snoozed_until, snoozed_in) overriding system value
    select $1, s.thread_id, s.subject, s.newest_message_id, coalesce(n.senders, '[]'), s.message_count, s.unread_count,
      s.starred, s.important, s.has_attachments, coalesce(l.label_ids, '{}'), s.newest_at, w.snoozed_until, w.snoozed_in
    from summary s
    left join senders n on n.thread_id = s.thread_id
    left join labels l on l.thread_id = s.thread_id
    left join state w on w.id = s.thread_id and w.snoozed
    on conflict (connection_id, id) do update set
      subject = excluded.subject, newest_message_id = excluded.newest_message_id, senders = excluded.senders,
      message_count = excluded.message_count, unread_count = excluded.unread_count, starred = excluded.starred,
      important = excluded.important, has_attachments = excluded.has_attachments, label_ids = excluded.label_ids,
      newest_at = excluded.newest_at, snoozed_until = excluded.snoozed_until, snoozed_in = excluded.snoozed_in
  ),
  emptied as (
    update thread t set newest_message_id = null, senders = '[]', message_count = 0, unread_count = 0, starred = false,
      important = false, has_attachments = false, label_ids = '{}', newest_at = null,
      snoozed_until = case when snoozed_in is null then snoozed_until end, snoozed_in = null
    where t.connection_id = $1 and t.id = any($2::bigint[]) and not t.id = any(array(select thread_id from summary))
  )`;

/** The rows of lists and what they add to the counters. */
const LISTS = `
  wanted as materialized (
    select 'm' || s.mailbox_id as list, s.thread_id,
           greatest(max(s.received_at), max(w.surfaced_at) filter (where s.role = 'inbox')) as newest_at,
           count(distinct s.message_id)::int as total,
           (count(distinct s.message_id) filter (where s.flags & 1 = 0))::int as unread
    from shown s left join state w on w.id = s.thread_id
    where s.role <> 'inbox' or w.id is null or not (w.muted or (w.snoozed and w.snoozed_in is null))
    group by 1, 2
    union all
    select 'm' || b.id, v.thread_id, max(w.surfaced_at), count(*)::int, (count(*) filter (where v.unread))::int
    from visible v
    join state w on w.id = v.thread_id and w.surfaced_alone and not w.snoozed and not w.muted
    join mailbox b on b.connection_id = $1 and b.role = 'inbox'
    where v.outside and not exists (select 1 from shown s where s.thread_id = v.thread_id and s.role = 'inbox')
    group by 1, 2
    union all
    select 'all', thread_id, max(received_at), count(*)::int, (count(*) filter (where unread))::int
    from visible where outside group by 2
    union all
    select 'starred', thread_id, max(received_at), count(*)::int, (count(*) filter (where unread))::int
    from visible where starred and outside group by 2
    union all
    select 'snoozed', v.thread_id, max(v.received_at), count(*)::int, (count(*) filter (where v.unread))::int
    from visible v join state w on w.id = v.thread_id and w.snoozed group by 2
    union all
    select 'l' || label_id, thread_id, max(received_at), count(*)::int, (count(*) filter (where unread))::int
    from labelled where outside group by 1, 2
  ),
  current as materialized (
    select l.* from asked x cross join lateral (
      select list, thread_id, newest_at, total, unread from thread_list
      where connection_id = $1 and thread_id = x.id offset 0) l
  ),
  removed as (
    delete from thread_list t
    using (select list, thread_id from current except select list, thread_id from wanted) gone
    where t.connection_id = $1 and t.list = gone.list and t.thread_id = gone.thread_id
      and t.thread_id = any($2::bigint[])
  ),
  written as (
    insert into thread_list (connection_id, list, thread_id, newest_at, total, unread)
    select $1, list, thread_id, newest_at, total, unread
    from (select list, thread_id, newest_at, total, unread from wanted
          except select list, thread_id, newest_at, total, unread from current) changed
    on conflict (connection_id, list, thread_id)
      do update set newest_at = excluded.newest_at, total = excluded.total, unread = excluded.unread
  ),
  moved as (
    select list, sum(present)::int as total, sum(unread)::int as unread
    from (
      select list, 1 as present, (unread > 0)::int as unread from wanted
      union all
      select list, -1, -(unread > 0)::int from current
    ) d group by list having sum(present) <> 0 or sum(unread) <> 0
  )`;

const REFRESH = `
  with ${SHOWN},
  ${STATE},
  ${SUMMARIES},
  ${LISTS}
  insert into list_counter (connection_id, list, total, unread)
  select $1, list, total, unread from moved order by list
  on conflict (connection_id, list)
    do update set total = list_counter.total + excluded.total, unread = list_counter.unread + excluded.unread`;

/**
 * Recomputes everything that lists show of these conversations, and begins the rows of new ones. Ids of merged ones are
 * welcome: their rows go.
 */
export async function refreshThreads(
  tx: Tx,
  connectionId: ConnectionId,
  threadIds: readonly ThreadId[],
): Promise<void> {
  if (threadIds.length === 0) return;
  const ids = [...new Set(threadIds)].sort((a, b) => a - b);
  // Without a name: a plan kept from when the tables were empty would serve an account of 100,000 messages.
  await tx.query(REFRESH, [connectionId, ids]);
}
