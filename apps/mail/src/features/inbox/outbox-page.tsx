/** What is on its way: to be sent later, held to be taken back, waiting, or stuck, with the way out of each. */
import { useQuery } from '@tanstack/react-query';
import { SendHorizontal } from 'lucide-react';
import { useState } from 'react';
import { Empty } from '../../components/ui/empty.tsx';
import { failureOf, type Outgoing, type TakenBack, trpc } from '../../lib/api.ts';
import { inboxText as text } from '../../lib/i18n/inbox.ts';
import { sendTimes, TimeDialog } from '../actions/index.ts';
import { type OutboxGroup, outboxGroups } from './outbox-groups.ts';
import { OutboxRow } from './outbox-row.tsx';
import { ThreadListSkeleton } from './thread-list.tsx';
import { useOutboxActions } from './use-outbox-actions.ts';

export interface OutboxPageProps {
  account: string | undefined;
  onEdit: (taken: TakenBack) => void;
}

export function OutboxPage({ account, onEdit }: OutboxPageProps) {
  const connectionId = account === 'all' ? undefined : account;
  const outbox = useQuery(
    trpc.outbox.list.queryOptions({ connectionId }, { staleTime: 2_000, refetchInterval: 15_000 }),
  );
  const actions = useOutboxActions(onEdit);
  const [changing, setChanging] = useState<Outgoing>();
  if (outbox.isPending) return <ThreadListSkeleton />;
  const groups = outboxGroups(outbox.data?.items ?? []);
  if (groups.length === 0) {
    return (
      <Empty icon={<SendHorizontal />} title={text.outboxEmpty}>
        {outbox.error ? failureOf(outbox.error).message : text.outboxEmptyHint}
      </Empty>
    );
  }
  return (
    <section aria-label={text.outboxTitle} className="h-full overflow-y-auto bg-sunken" data-testid="outbox-list">
      {groups.map((group) => (
        <Group key={group.id} group={group} actions={actions} onChangeTime={setChanging} />
      ))}
      <TimeDialog
        isOpen={changing !== undefined}
        onOpenChange={(isOpen) => !isOpen && setChanging(undefined)}
        title={text.changeTimeTitle}
        confirmLabel={text.changeTimeSet}
        times={sendTimes}
        current={changing?.sendAt === undefined ? undefined : new Date(changing.sendAt)}
        onPick={(at) => changing && actions.reschedule(changing, at)}
      />
    </section>
  );
}

interface GroupProps {
  group: OutboxGroup;
  actions: ReturnType<typeof useOutboxActions>;
  onChangeTime: (item: Outgoing) => void;
}

function Group({ group, actions, onChangeTime }: GroupProps) {
  return (
    <section aria-labelledby={`outbox-${group.id}`}>
      <h2 id={`outbox-${group.id}`} className="px-4 pt-4 pb-1.5 text-2xs font-semibold text-muted">
        {text.outboxGroups[group.id]}
      </h2>
      <ul className="border-y bg-surface">
        {group.items.map((item) => (
          <OutboxRow key={item.id} item={item} actions={actions} onChangeTime={() => onChangeTime(item)} />
        ))}
      </ul>
    </section>
  );
}
