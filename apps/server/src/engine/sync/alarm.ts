/** A wait that can be ended early. A ring while nobody waits is kept: the next wait returns at once. */
export interface Alarm {
  ring(): void;
  /** Until the time is over (null: for ever), somebody rings, or the signal aborts. */
  wait(ms: number | null): Promise<void>;
  /** Until the time is over or the signal aborts, whoever rings; a ring is kept. */
  rest(ms: number): Promise<void>;
}

export function createAlarm(signal: AbortSignal): Alarm {
  let rung = false;
  let wake: (() => void) | undefined;
  const ring = () => {
    rung = true;
    wake?.();
  };
  signal.addEventListener('abort', () => wake?.());
  return {
    ring,
    async rest(ms) {
      if (signal.aborted) return;
      await new Promise<void>((resolve) => {
        const end = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', end);
          resolve();
        };
        const timer = setTimeout(end, ms);
        signal.addEventListener('abort', end);
      });
    },
    async wait(ms) {
      if (!rung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = ms === null ? undefined : setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      wake = undefined;
      rung = false;
    },
  };
}
