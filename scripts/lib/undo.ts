/** What was begun and is to be ended: the last first, each once, and none kept from it by another that fails. */

export interface Undo {
  /** Remembers how to end what has just begun. */
  push(step: () => unknown): void;
  /** Ends all of it. */
  run(): Promise<void>;
}

/** Nothing yet. */
export function createUndo(): Undo {
  const steps: (() => unknown)[] = [];
  return {
    push: (step) => void steps.push(step),
    async run() {
      for (let step = steps.pop(); step; step = steps.pop()) {
        try {
          await step();
        } catch (error) {
          console.error(error);
        }
      }
    },
  };
}

/** Aborts when we are told to end: by a signal, or because the command that started us is gone. */
export function untilToldToEnd(): AbortSignal {
  const told = new AbortController();
  for (const event of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.on(event, () => told.abort());
  return told.signal;
}
