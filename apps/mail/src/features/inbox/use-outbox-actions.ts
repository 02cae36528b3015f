/** What can be done with a message that is on its way: now, at another time, back into the composer, or not at all. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import { failureOf, type Outgoing, type TakenBack, trpc } from '../../lib/api.ts';
import { formatFullTime } from '../../lib/format.ts';
import { inboxText as text } from '../../lib/i18n/inbox.ts';

export function useOutboxActions(onEdit: (taken: TakenBack) => void) {
  const client = useQueryClient();
  const onSettled = () => {
    void client.invalidateQueries({ queryKey: trpc.mail.count.pathKey() });
    void client.invalidateQueries({ queryKey: trpc.drafts.list.pathKey() });
    return client.invalidateQueries({ queryKey: trpc.outbox.pathKey() });
  };
  const onError = (error: unknown) => {
    const { message, fix } = failureOf(error);
    toast.error(message, { description: fix });
  };
  const retry = useMutation(trpc.outbox.retry.mutationOptions({ onSettled, onError }));
  const cancel = useMutation(trpc.outbox.cancel.mutationOptions({ onSettled, onError }));
  const reschedule = useMutation(trpc.outbox.reschedule.mutationOptions({ onSettled, onError }));
  return {
    isBusy: retry.isPending || cancel.isPending || reschedule.isPending,
    sendNow: ({ id }: Outgoing) => retry.mutate({ id }, { onSuccess: () => void toast(text.sendingNow) }),
    edit: ({ id }: Outgoing) => cancel.mutate({ id }, { onSuccess: onEdit }),
    /** It stays as a draft: nothing that was written is thrown away. */
    cancel: ({ id }: Outgoing) =>
      cancel.mutate(
        { id },
        {
          onSuccess: (taken) =>
            void toast(text.sendCanceled, { action: { label: text.openDraft, onClick: () => onEdit(taken) } }),
        },
      ),
    reschedule: ({ id }: Outgoing, at: Date) =>
      reschedule.mutate(
        { id, sendAt: at.toISOString() },
        { onSuccess: () => void toast(text.sendsAt(formatFullTime(at.toISOString()))) },
      ),
  };
}
