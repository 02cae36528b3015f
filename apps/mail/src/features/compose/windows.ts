/** The composers at the bottom of the window. */
import { toast } from 'sonner';
import { apiClient, failureOf, type TakenBack } from '../../lib/api.ts';
import { createStore } from '../../lib/external-store.ts';
import { composeText as text } from '../../lib/i18n/compose.ts';
import { type ComposeSeed, draftSeed, newSeed } from './seeds.ts';

const MAX_WINDOWS = 3;
/** Drafts that stand in a composer now; a conversation does not show them a second time. */
export const draftsInHand = createStore<ReadonlySet<string>>(new Set());

/** The answer lets go of it. */
export function takeInHand(draftId: string): () => void {
  draftsInHand.set((held) => new Set([...held, draftId]));
  return () => draftsInHand.set((held) => new Set([...held].filter((id) => id !== draftId)));
}

export const composeWindows = createStore<readonly ComposeSeed[]>([]);

export function openComposer(seed: ComposeSeed = newSeed()): void {
  composeWindows.set((windows) => {
    if (seed.draft && windows.some(({ draft }) => draft?.id === seed.draft?.id)) return windows;
    return [...windows, seed].slice(-MAX_WINDOWS);
  });
}

export function closeComposer(key: string): void {
  composeWindows.set((windows) => windows.filter((one) => one.key !== key));
}

/** Goes on with a message that was taken back, as it was. */
export async function openTakenBack({ draftId, sendAt, remindAt }: TakenBack): Promise<void> {
  if (draftId === undefined) return void toast(text.redirectCanceled);
  return openDraft(draftId, { wasFor: sendAt, reminder: remindAt === undefined ? undefined : { at: remindAt } });
}

/** Fetches a stored draft and goes on with it. */
export async function openDraft(draftId: string, was: Parameters<typeof draftSeed>[1] = {}): Promise<void> {
  try {
    openComposer(draftSeed(await apiClient.drafts.get.query({ id: draftId }), was));
  } catch (error) {
    toast.error(text.draftFailed, { description: failureOf(error).message });
  }
}
