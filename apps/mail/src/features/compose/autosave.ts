/**
 * Saves a draft a moment after the writing pauses: one save at a time, the id of the first used by all that follow,
 * so that there is never more than one draft. Each save says what it builds on; where another window has saved meanwhile,
 * nothing is saved any more until somebody says what is to become of it.
 */
export type SaveState =
  | { type: 'idle' }
  | { type: 'saving' }
  | { type: 'saved'; at: Date }
  | { type: 'failed' }
  /** Another window or program has changed this draft. */
  | { type: 'conflict'; draftId: string };

/** A draft as it was last seen. */
export interface SavedDraft {
  id: string;
  revision: number;
}

export interface AutosaveOptions {
  /** Stores the draft as it is now, in place of what was last seen. */
  save: (last: SavedDraft | undefined) => Promise<SavedDraft>;
  /** Whether a save failed because another was made meanwhile. */
  isConflict: (error: unknown) => boolean;
  /** Whether it failed because there is no such draft any more: discarded in another window, or sent from there. */
  isGone: (error: unknown) => boolean;
  onState: (state: SaveState) => void;
  draft?: SavedDraft | undefined;
  delayMs?: number;
}

export interface Autosave {
  changed(): void;
  /** Saves now what is not saved yet, and waits for it. */
  flush(): Promise<void>;
  /** No more saves; waits for the one that is on its way. Answers the draft that is ours, if there is one. */
  stop(): Promise<SavedDraft | undefined>;
  /** Goes on after a stop, such as when sending failed; also with what was changed meanwhile. */
  resume(): void;
  /** Whether something would be lost with the page. */
  hasUnsaved(): boolean;
  /** When nobody is there to choose any more: saves all, apart from what another window has. */
  keep(): Promise<{ isKept: true } | { isKept: false; error: unknown }>;
  /** After a conflict: what stands here becomes a draft of its own. */
  keepApart(): Promise<void>;
}

const DELAY_MS = 1500;

export function createAutosave(options: AutosaveOptions): Autosave {
  const { save, isConflict, isGone, onState, draft, delayMs = DELAY_MS } = options;
  let last = draft;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> | undefined;
  let isDirty = false;
  let isStopped = false;
  let isContested = false;
  let lastError: unknown;

  const run = async () => {
    isDirty = false;
    onState({ type: 'saving' });
    try {
      last = await save(last).catch((error: unknown) => {
        if (last === undefined || !isGone(error)) throw error;
        return save(undefined);
      });
      onState({ type: 'saved', at: new Date() });
    } catch (error) {
      isDirty = true;
      lastError = error;
      isContested = last !== undefined && isConflict(error);
      // What is only not saved is tried again with the next change.
      onState(isContested && last ? { type: 'conflict', draftId: last.id } : { type: 'failed' });
    }
  };
  const maySave = () => isDirty && !isStopped && !isContested;
  const start = () => {
    clearTimeout(timer);
    timer = undefined;
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  };
  const flush = async () => {
    clearTimeout(timer);
    await running;
    await (maySave() ? start() : running);
  };
  const saveSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      await running;
      if (maySave()) await start();
    }, delayMs);
  };
  const keepApart = async () => {
    isContested = false;
    last = undefined;
    isDirty = true;
    await flush();
  };
  const hasUnsaved = () => !isStopped && (isDirty || running !== undefined);
  return {
    changed: () => {
      isDirty = true;
      if (!isStopped) saveSoon();
    },
    flush,
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      await running;
      return isContested ? undefined : last;
    },
    resume: () => {
      isStopped = false;
      if (isDirty) saveSoon();
    },
    hasUnsaved,
    keepApart,
    keep: async () => {
      await flush();
      if (isContested && !isStopped) await keepApart();
      return hasUnsaved() ? { isKept: false, error: lastError } : { isKept: true };
    },
  };
}
