/** A number that this browser remembers, such as the width of a pane. */
import { useCallback, useState } from 'react';

export function useRememberedNumber(key: string, initial: number): [number, (value: number) => void] {
  const [value, setValue] = useState(() => read(key) ?? initial);
  const remember = useCallback(
    (next: number) => {
      setValue(next);
      write(key, String(next));
    },
    [key],
  );
  return [value, remember];
}

function read(key: string): number | undefined {
  try {
    const stored = localStorage.getItem(key);
    const value = stored === null ? Number.NaN : Number(stored);
    return Number.isFinite(value) ? value : undefined;
  } catch {
    return undefined; // Storage may be forbidden; then nothing is remembered.
  }
}

/** Stores a word for this browser, where storage is allowed. */
export function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Storage may be forbidden or full; the value holds for this page then.
  }
}
