/** What is on its way: to be sent later, waiting, or stuck, with the way out of each. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { SendHorizontal } from 'lucide-react';
import { toast } from 'sonner';
import { Button } from '../../components/ui/button.tsx';
import { Empty } from '../../components/ui/empty.tsx';
import { failureOf, type Outgoing, trpc } from '../../lib/api.ts';
import { cn } from '../../lib/class-names.ts';
import { formatFullTime, nameOf } from '../../lib/format.ts';
import { inboxText as text } from '../../lib/i18n/inbox.ts';
import { ThreadListSkeleton } from './thread-list.tsx';

export interface OutboxPageProps {
  account: string | undefined;
  onEdit: (draftId: string) => void;
}

export function OutboxPage({ account, onEdit }: OutboxPageProps) {
  const connectionId = account === 'all' ? undefined : account;
  const outbox = useQuery(
    trpc.outbox.list.queryOptions({ connectionId }, { staleTime: 2_000, refetchInterval: 15_000 }),
  );
  if (outbox.isPending) return <ThreadListSkeleton />;
  const items = outbox.data?.items.filter(({ state }) => state !== 'sent') ?? [];
  if (items.length === 0) {
    return (
      <Empty icon={<SendHorizontal />} title={text.outboxEmpty}>
        {outbox.error ? failureOf(outbox.error).message : text.outboxEmptyHint}
      </Empty>
    );
  }
  return (
    <ul aria-label={text.outboxTitle} className="h-full overflow-y-auto bg-sunken" data-testid="outbox-list">
      {items.map((item) => (
        <OutboxRow key={item.id} item={item} onEdit={onEdit} />
      ))}
    </ul>
  );
}

function OutboxRow({ item, onEdit }: { item: Outgoing; onEdit: (draftId: string) => void }) {
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: trpc.outbox.pathKey() });
  const onError = (error: unknown) => void toast.error(failureOf(error).message);
  const retry = useMutation(trpc.outbox.retry.mutationOptions({ onSettled, onError }));
  const cancel = useMutation(
    trpc.outbox.cancel.mutationOptions({ onSettled, onError, onSuccess: ({ draftId }) => onEdit(draftId) }),
  );
  const isBad = ['failed', 'uncertain', 'partial'].includes(item.state);
  const refused = item.recipients.filter(({ status }) => status === 'refused');
  const note =
    item.state === 'scheduled' && item.sendAt
      ? text.sendsAt(formatFullTime(item.sendAt))
      : item.state === 'uncertain'
        ? text.uncertainHint
        : item.nextAttemptAt
          ? text.retryAt(formatFullTime(item.nextAttemptAt))
          : undefined;
  return (
    <li
      className="flex flex-wrap items-start gap-x-4 gap-y-2 border-b px-4 py-3"
      data-testid="outbox-row"
      data-state={item.state}
    >
      <div className="min-w-60 flex-1">
        <p className="truncate font-medium">{item.subject || text.noSubject}</p>
        <p className="truncate text-muted">
          {text.draftTo([...item.to, ...item.cc, ...item.bcc].map(nameOf).join(', '))}
        </p>
        <p className={cn('mt-1 text-xs', isBad ? 'text-danger' : 'text-muted')}>
          {text.outboxStates[item.state]}
          {note !== undefined && ` · ${note}`}
        </p>
        {item.error && (
          <p className="text-xs">
            {item.error.message} {item.error.fix}
          </p>
        )}
        {refused.map(({ email, message }) => (
          <p key={email} className="text-xs text-danger">
            {text.refused(email, message ?? text.outboxStates.failed)}
          </p>
        ))}
      </div>
      <div className="flex gap-2">
        {['scheduled', 'queued', 'failed', 'uncertain'].includes(item.state) && (
          <Button size="small" disabled={retry.isPending} onClick={() => retry.mutate({ id: item.id })}>
            {text.retrySend}
          </Button>
        )}
        {['scheduled', 'queued', 'failed'].includes(item.state) && (
          <Button
            size="small"
            variant="ghost"
            disabled={cancel.isPending}
            onClick={() => cancel.mutate({ id: item.id })}
          >
            {text.cancelSend}
          </Button>
        )}
      </div>
    </li>
  );
}
