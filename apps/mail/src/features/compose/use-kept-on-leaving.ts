/** What is written is not lost by leaving it: for another conversation, another program, or by closing the page. */
import { useEffect, useRef } from 'react';
import { toast } from 'sonner';
import { type Failure, failureOf, mayWorkLater } from '../../lib/api.ts';
import { composeText as text } from '../../lib/i18n/compose.ts';
import type { Autosave } from './autosave.ts';
import { untilDone } from './until-done.ts';
import type { Uploads } from './uploads.ts';
import type { Sending } from './use-sending.ts';

export interface KeptOnLeaving {
  autosave: Autosave;
  uploads: Pick<Uploads, 'isRunning' | 'settled' | 'latest'>;
  sending: Pick<Sending, 'isOnItsWay' | 'decided'>;
  isEmpty: () => boolean;
  /** When the composer is gone, and all of it is saved. */
  onKept: () => void;
  /** The server will not have it as it is: whoever wrote it gets it back. */
  onRefused: (failure: Failure) => void;
}

/** For a composer that is gone: files on their way become part of the draft, and what cannot be saved is tried again. */
async function keepInTheEnd({ autosave, uploads, sending, isEmpty, onKept, onRefused }: KeptOnLeaving): Promise<void> {
  if (!isEmpty()) {
    await autosave.keep();
    await uploads.settled();
    await sending.decided();
    let refusal: Failure | undefined;
    const attempt = async () => {
      const kept = await autosave.keep();
      if (kept.isKept) return true;
      const failure = failureOf(kept.error);
      if (mayWorkLater(failure)) return false;
      refusal = failure;
      return true;
    };
    const hadToWait = await untilDone(attempt, text.notSavedYet);
    if (refusal) return onRefused(refusal);
    for (const { problem } of uploads.latest()) if (problem !== undefined) toast.error(problem);
    if (hadToWait) toast.success(text.savedInTheEnd);
  }
  onKept();
}

export function useKeptOnLeaving(options: KeptOnLeaving): void {
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  useEffect(() => {
    const save = () => {
      const { autosave, isEmpty } = latest.current;
      if (!isEmpty()) void autosave.flush();
    };
    const onHidden = () => {
      if (document.visibilityState === 'hidden') save();
    };
    // The browser asks whether to stay; what is not saved yet is, before anybody has answered.
    const onUnload = (event: BeforeUnloadEvent) => {
      const { autosave, uploads, sending, isEmpty } = latest.current;
      if (isEmpty() || !(uploads.isRunning() || sending.isOnItsWay() || autosave.hasUnsaved())) return;
      event.preventDefault();
      save();
    };
    document.addEventListener('visibilitychange', onHidden);
    window.addEventListener('beforeunload', onUnload);
    return () => {
      document.removeEventListener('visibilitychange', onHidden);
      void keepInTheEnd(latest.current).finally(() => window.removeEventListener('beforeunload', onUnload));
    };
  }, []);
}
