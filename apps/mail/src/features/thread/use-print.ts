/** Prints messages as the reader sees them: with their remote pictures only where those are shown. */
import type { ParsedMessage } from '../../lib/api.ts';
import { useSettings } from '../../lib/settings.ts';
import { printMessages } from './print.ts';
import { imagesAskedFor, shownHtml, showsImages } from './shown-images.ts';

export function usePrint(subject: string): (messages: readonly ParsedMessage[]) => void {
  const settings = useSettings();
  return (messages) =>
    printMessages(
      subject,
      messages.map((message) => ({
        message,
        html: shownHtml(message, showsImages(message, settings, imagesAskedFor.get())),
      })),
    );
}
