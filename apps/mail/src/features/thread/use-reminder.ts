/** Sets and takes back the reminder of a conversation: on the screen at once, with the way back. */
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { toast } from 'sonner';
import { apiClient, type Conversation, failureOf, trpc } from '../../lib/api.ts';
import { formatFullTime } from '../../lib/format.ts';
import { threadText as text } from '../../lib/i18n/thread.ts';

export type SetReminder = (at: Date | undefined) => void;

export function useReminder(threadId: string, current: string | undefined): SetReminder {
  const client = useQueryClient();
  const write = useCallback(
    async (at: string | undefined) => {
      const show = (remindAt: string | undefined) => {
        const key = trpc.mail.get.pathKey();
        for (const [queryKey, data] of client.getQueriesData<Conversation>({ queryKey: key }))
          if (data?.id === threadId) client.setQueryData(queryKey, { ...data, remindAt });
      };
      show(at);
      try {
        const ids = [threadId];
        if (at === undefined) await apiClient.mail.cancelReminder.mutate({ ids });
        else await apiClient.mail.remind.mutate({ ids, at });
      } catch (error) {
        show(current);
        throw error;
      }
    },
    [client, threadId, current],
  );
  return useCallback(
    (at) => {
      const say = (error: unknown) => {
        const { message, fix } = failureOf(error);
        toast.error(message, { description: fix });
      };
      write(at?.toISOString()).then(() => {
        toast(at === undefined ? text.reminderGone : text.reminderSet(formatFullTime(at.toISOString())), {
          action: { label: text.undo, onClick: () => void write(current).catch(say) },
        });
      }, say);
    },
    [write, current],
  );
}
