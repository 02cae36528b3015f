/** How many pieces of work one user may have running at a time. More of them wait their turn, first come first served. */
export interface Slots {
  /** Runs the work when its turn comes; rejects with the signal's reason when that aborts first. */
  run<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

/** Makes `perKey` places for every key. */
export function createSlots(perKey: number): Slots {
  const running = new Map<string, number>();
  const waiting = new Map<string, Set<() => void>>();

  function leave(key: string): void {
    const queue = waiting.get(key);
    const [next] = queue ?? [];
    if (next && queue) {
      queue.delete(next);
      if (queue.size === 0) waiting.delete(key);
      next(); // the place passes on, so the count stays
      return;
    }
    const left = (running.get(key) ?? 1) - 1;
    if (left === 0) running.delete(key);
    else running.set(key, left);
  }

  function enter(key: string, signal: AbortSignal | undefined): Promise<void> {
    const busy = running.get(key) ?? 0;
    if (busy < perKey) {
      running.set(key, busy + 1);
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const queue = waiting.get(key) ?? new Set();
      waiting.set(key, queue);
      const giveUp = () => {
        queue.delete(turn);
        if (queue.size === 0) waiting.delete(key);
        reject(signal?.reason);
      };
      const turn = () => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      queue.add(turn);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  return {
    async run(key, work, signal) {
      signal?.throwIfAborted();
      await enter(key, signal);
      try {
        return await work();
      } finally {
        leave(key);
      }
    },
  };
}
