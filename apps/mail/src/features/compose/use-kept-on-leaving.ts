/** What is written is not lost by leaving it: for another conversation, another program, or by closing the page. */
import { useEffect } from 'react';
import { composeText as text } from '../../lib/i18n/compose.ts';
import type { Autosave } from './autosave.ts';
import { untilDone } from './until-done.ts';
import type { Uploads } from './uploads.ts';

export interface KeptOnLeaving {
  autosave: Autosave;
  /** Files on their way, and the message itself. */
  pending: Pick<Uploads, 'isRunning' | 'settled'>;
  isEmpty: () => boolean;
  /** When the composer is gone, and all of it is saved. */
  onKept: () => void;
}

/** For a composer that is gone: files on their way become part of the draft, and what cannot be saved is tried again. */
async function keepInTheEnd({ autosave, pending, isEmpty }: Omit<KeptOnLeaving, 'onKept'>): Promise<void> {
  if (isEmpty()) return;
  await autosave.keep();
  await pending.settled();
  await untilDone(autosave.keep, { notYet: text.notSavedYet, done: text.savedInTheEnd });
}

export function useKeptOnLeaving({ autosave, pending, isEmpty, onKept }: KeptOnLeaving): void {
  useEffect(() => {
    const save = () => {
      if (!isEmpty()) void autosave.flush();
    };
    const onHidden = () => {
      if (document.visibilityState === 'hidden') save();
    };
    // The browser asks whether to stay; what is not saved yet is, before anybody has answered.
    const onUnload = (event: BeforeUnloadEvent) => {
      if (isEmpty() || !(pending.isRunning() || autosave.hasUnsaved())) return;
      event.preventDefault();
      save();
    };
    document.addEventListener('visibilitychange', onHidden);
    window.addEventListener('beforeunload', onUnload);
    return () => {
      document.removeEventListener('visibilitychange', onHidden);
      const kept = keepInTheEnd({ autosave, pending, isEmpty });
      void kept.then(onKept).finally(() => window.removeEventListener('beforeunload', onUnload));
    };
  }, [autosave, pending, isEmpty, onKept]);
}
