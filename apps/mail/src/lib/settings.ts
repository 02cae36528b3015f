/** The user's choices: from the cache, saved at once, taken back when the server refuses. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { toast } from 'sonner';
import { failureOf, type Settings, trpc } from './api.ts';

const defaults: Settings = {
  theme: 'system',
  density: 'compact',
  layout: 'split',
  externalImages: false,
  trustedSenders: [],
  autoAdvance: 'next',
  undoSendSeconds: 0,
  signaturePlace: 'above',
  timezone: 'UTC',
  language: 'en',
};

export function useSettings(): Settings {
  const { data } = useQuery(trpc.settings.get.queryOptions());
  return data ?? defaults;
}

export function useSaveSettings(): (change: Partial<Settings>) => void {
  const client = useQueryClient();
  const key = trpc.settings.get.queryKey();
  const { mutate } = useMutation(
    trpc.settings.save.mutationOptions({
      onMutate: async (change) => {
        await client.cancelQueries({ queryKey: key });
        const before = client.getQueryData(key);
        client.setQueryData(key, { ...defaults, ...before, ...change });
        return { before };
      },
      onError: (error, _change, result) => {
        client.setQueryData(key, result?.before);
        toast.error(failureOf(error).message);
      },
      onSuccess: (saved) => client.setQueryData(key, saved),
    }),
  );
  return useCallback((change) => mutate(change), [mutate]);
}
