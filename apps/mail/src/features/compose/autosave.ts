/**
 * Saves a draft a moment after the writing pauses: one save at a time, the id of the first used by all that follow,
 * so that there is never more than one draft.
 */
export type SaveState = { type: 'idle' } | { type: 'saving' } | { type: 'saved'; at: Date } | { type: 'failed' };

export interface AutosaveOptions {
  /** Stores the draft as it is now; answers its id. */
  save: (draftId: string | undefined) => Promise<string>;
  onState: (state: SaveState) => void;
  draftId?: string | undefined;
  delayMs?: number;
}

export interface Autosave {
  changed(): void;
  /** Saves now what is not saved yet, and waits for it. */
  flush(): Promise<void>;
  /** No more saves; waits for the one that is on its way. Answers the draft's id, if there is one. */
  stop(): Promise<string | undefined>;
  /** Goes on after a stop, such as when sending failed. */
  resume(): void;
}

const DELAY_MS = 1500;

export function createAutosave({ save, onState, draftId, delayMs = DELAY_MS }: AutosaveOptions): Autosave {
  let id = draftId;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> | undefined;
  let isDirty = false;
  let isStopped = false;

  const run = async () => {
    isDirty = false;
    onState({ type: 'saving' });
    try {
      id = await save(id);
      onState({ type: 'saved', at: new Date() });
    } catch {
      // Shown as not saved; the next change tries again.
      isDirty = true;
      onState({ type: 'failed' });
    }
  };
  const start = () => {
    clearTimeout(timer);
    timer = undefined;
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  };
  return {
    changed: () => {
      if (isStopped) return;
      isDirty = true;
      clearTimeout(timer);
      timer = setTimeout(async () => {
        await running;
        if (isDirty && !isStopped) await start();
      }, delayMs);
    },
    flush: async () => {
      clearTimeout(timer);
      await running;
      if (isDirty && !isStopped) await start();
    },
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      await running;
      return id;
    },
    resume: () => {
      isStopped = false;
    },
  };
}
