/** Whether a message's remote pictures are shown: to whoever asked for them, on the screen and on paper. */
import type { ParsedMessage, Settings } from '../../lib/api.ts';
import { createStore } from '../../lib/external-store.ts';
import { withoutRemoteImages } from './remote-images.ts';

/** Ids of the messages whose pictures the reader asked for. */
export const imagesAskedFor = createStore<ReadonlySet<string>>(new Set());

export function showsImages(
  { id, sender }: ParsedMessage,
  settings: Pick<Settings, 'externalImages' | 'trustedSenders'>,
  asked: ReadonlySet<string>,
): boolean {
  return asked.has(id) || settings.externalImages || settings.trustedSenders.includes(sender.email.toLowerCase());
}

/** The markup that the reader sees. */
export function shownHtml({ processedHtml }: ParsedMessage, isShowing: boolean): string {
  return isShowing ? processedHtml : withoutRemoteImages(processedHtml);
}
