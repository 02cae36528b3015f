/**
 * Acts on conversations: the cache changes at once, the server is told, and a failure puts everything back and says
 * so. Each action can be taken back, by the toast or by `z`, also while it is still on its way.
 */
import { type InfiniteData, type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { toast } from 'sonner';
import { apiClient, type Conversation, failureOf, type ThreadPage, trpc } from '../../lib/api.ts';
import { actionsText as text } from '../../lib/i18n/actions.ts';
import { ACTION_KEY } from '../../lib/live-updates.ts';
import { formatSnooze } from './named-times.ts';
import { applyToConversation, applyToThreads, type ThreadAction } from './thread-change.ts';
import { dropUndo, pushUndo, takeBack } from './undo-stack.ts';

interface Request {
  action: ThreadAction;
  /** The folder on the screen, as the contract's `folder`. */
  folder: string;
}

type Result = { undo?: string | undefined };

/** Folders that are no place: an action there is about the whole conversation. */
const isPlace = (folder: string) =>
  !['all', 'starred', 'snoozed', 'scheduled'].includes(folder) && !folder.startsWith('l');

function perform({ action, folder }: Request): Promise<Result> {
  const ids = [...action.ids];
  const { mail } = apiClient;
  const inFolder = isPlace(folder) ? { ids, folder } : { ids };
  switch (action.type) {
    case 'archive':
      return mail.bulkArchive.mutate({ ids });
    case 'delete':
      return mail.bulkDelete.mutate(inFolder);
    case 'spam':
      return mail.bulkSpam.mutate(inFolder);
    case 'notSpam':
      return mail.bulkNotSpam.mutate({ ids });
    case 'move':
      return mail.bulkMove.mutate({ ...inFolder, to: action.to });
    case 'read':
      return mail.markAsRead.mutate({ ids });
    case 'unread':
      return mail.markAsUnread.mutate({ ids });
    case 'star':
      return mail.bulkStar.mutate({ ids });
    case 'unstar':
      return mail.bulkUnstar.mutate({ ids });
    case 'snooze':
      return mail.snooze.mutate({ ids, until: action.until.toISOString() });
    case 'unsnooze':
      return mail.unsnooze.mutate({ ids });
    case 'labels':
      return mail.modifyLabels.mutate({
        threadId: ids,
        addLabels: action.add.map(({ id }) => id),
        removeLabels: action.remove.map(({ id }) => id),
      });
  }
}

function doneText({ action, folder }: Request): string {
  const count = action.ids.length;
  if (action.type === 'move') return text.done.move(count, action.toName);
  if (action.type === 'snooze') return text.done.snooze(count, formatSnooze(action.until, new Date()));
  if (action.type === 'delete' && folder === 'bin') return text.done.deleteForever(count);
  return text.done[action.type](count);
}

const folderOfKey = (key: readonly unknown[]): string => {
  const [, options] = key;
  if (typeof options !== 'object' || options === null || !('input' in options)) return 'inbox';
  const { input } = options;
  const folder = typeof input === 'object' && input !== null && 'folder' in input ? input.folder : undefined;
  return typeof folder === 'string' ? folder : 'inbox';
};

/** Changes the cached lists and conversations; the answer puts them back as they were. */
function applyToCache(client: QueryClient, { action, folder }: Request): () => void {
  const lists = client.getQueriesData<InfiniteData<ThreadPage>>({ queryKey: trpc.mail.listThreads.pathKey() });
  const conversations = client.getQueriesData<Conversation>({ queryKey: trpc.mail.get.pathKey() });
  for (const [key, data] of lists) {
    if (!data) continue;
    const list = folderOfKey(key);
    const pages = data.pages.map((page) => ({ ...page, threads: applyToThreads(page.threads, action, list, folder) }));
    client.setQueryData(key, { ...data, pages });
  }
  for (const [key, data] of conversations) {
    if (data) client.setQueryData(key, applyToConversation(data, action));
  }
  return () => {
    for (const [key, data] of [...lists, ...conversations]) client.setQueryData(key, data);
  };
}

async function refreshMail(client: QueryClient): Promise<void> {
  if (client.isMutating({ mutationKey: ACTION_KEY }) > 1) return;
  await Promise.all([
    client.invalidateQueries({ queryKey: trpc.mail.listThreads.pathKey() }),
    client.invalidateQueries({ queryKey: trpc.mail.count.pathKey() }),
  ]);
}

const QUIET: ReadonlySet<ThreadAction['type']> = new Set(['read', 'unread', 'star', 'unstar']);
const TOAST_MS = 7000;

export type Act = (action: ThreadAction, options?: { isQuiet?: boolean }) => void;

export function useThreadActions(folder: string): Act {
  const client = useQueryClient();
  const { mutateAsync } = useMutation({
    mutationKey: ACTION_KEY,
    mutationFn: perform,
    onSettled: () => refreshMail(client),
  });
  return useCallback(
    (action, { isQuiet = false } = {}) => {
      if (action.ids.length === 0) return;
      const request = { action, folder };
      void client.cancelQueries({ queryKey: trpc.mail.listThreads.pathKey() });
      const rollBack = applyToCache(client, request);
      const answer = mutateAsync(request);
      const toastId = `action-${Date.now()}-${action.type}`;
      const entry = isQuiet
        ? undefined
        : pushUndo(async () => {
            toast.dismiss(toastId);
            rollBack();
            const token = await answer.then(
              ({ undo }) => undo,
              () => undefined,
            );
            if (token === undefined) return;
            try {
              await apiClient.mail.undo.mutate({ token });
            } catch (error) {
              toast.error(failureOf(error).message);
            }
            await refreshMail(client);
          });
      if (entry && !(QUIET.has(action.type) && action.ids.length === 1)) {
        toast(doneText(request), {
          id: toastId,
          duration: TOAST_MS,
          action: { label: text.undo, onClick: () => void takeBack(entry) },
        });
      }
      answer.catch((error: unknown) => {
        if (entry) dropUndo(entry);
        rollBack();
        const { message, fix } = failureOf(error);
        toast.error(message, { id: toastId, description: fix, duration: 10_000 });
      });
    },
    [client, folder, mutateAsync],
  );
}

/** `z`. */
export async function undoLast(): Promise<void> {
  if (await takeBack()) toast(text.undone);
  else toast(text.nothingToUndo);
}
