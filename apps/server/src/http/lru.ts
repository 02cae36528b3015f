/** A map that forgets what was not used for longest once the weights of its values exceed a limit. In memory only. */
export interface Lru<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
}

export interface LruOptions<Value> {
  readonly maxWeight: number;
  /** What a value counts; 1 when not given. */
  readonly weigh?: (value: Value) => number;
}

/** Makes an empty one. A value that is too heavy for all of it is not kept. */
export function createLru<Value>({ maxWeight, weigh = () => 1 }: LruOptions<Value>): Lru<Value> {
  const values = new Map<string, Value>();
  let weight = 0;

  function remove(key: string): void {
    const value = values.get(key);
    if (value === undefined) return;
    values.delete(key);
    weight -= weigh(value);
  }

  return {
    get(key) {
      const value = values.get(key);
      if (value === undefined) return undefined;
      values.delete(key);
      values.set(key, value);
      return value;
    },
    set(key, value) {
      remove(key);
      values.set(key, value);
      weight += weigh(value);
      for (const oldest of values.keys()) {
        if (weight <= maxWeight) break;
        remove(oldest);
      }
    },
  };
}
