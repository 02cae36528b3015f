/** What can be done with a message that is on its way or stuck: now, at another time, back into the composer, or not at all. */
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
  const dismiss = useMutation(trpc.outbox.dismiss.mutationOptions({ onSettled, onError }));
  const restore = useMutation(trpc.outbox.restore.mutationOptions({ onSettled, onError }));
  const confirm = useMutation(trpc.outbox.confirm.mutationOptions({ onSettled, onError }));
  const editAnew = useMutation(trpc.outbox.edit.mutationOptions({ onSettled, onError }));
  const all = [retry, cancel, reschedule, dismiss, restore, confirm, editAnew];
  return {
    isBusy: all.some(({ isPending }) => isPending),
    sendNow: ({ id }: Outgoing) => retry.mutate({ id }, { onSuccess: () => void toast(text.sendingNow) }),
    edit: ({ id }: Outgoing) => cancel.mutate({ id }, { onSuccess: onEdit }),
    /** A new message of what a stuck one held, to those that do not have it. */
    editAnew: ({ id }: Outgoing) => editAnew.mutate({ id }, { onSuccess: onEdit }),
    hasArrived: ({ id }: Outgoing) => confirm.mutate({ id }, { onSuccess: () => void toast(text.keptAsSent) }),
    dismiss: ({ id }: Outgoing) =>
      dismiss.mutate(
        { id },
        {
          onSuccess: () =>
            void toast(text.dismissed, { action: { label: text.undoDismiss, onClick: () => restore.mutate({ id }) } }),
        },
      ),
    /** It stays as a draft: nothing that was written is thrown away. */
    cancel: ({ id }: Outgoing) =>
      cancel.mutate(
        { id },
        {
          onSuccess: (taken) =>
            void toast(
              text.sendCanceled,
              taken.draftId === undefined ? {} : { action: { label: text.openDraft, onClick: () => onEdit(taken) } },
            ),
        },
      ),
    reschedule: ({ id }: Outgoing, at: Date) =>
      reschedule.mutate(
        { id, sendAt: at.toISOString() },
        { onSuccess: () => void toast(text.sendsAt(formatFullTime(at.toISOString()))) },
      ),
  };
}
