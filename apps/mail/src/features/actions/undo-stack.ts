/** The way back from what was done last; `z` and the toast's button both come here. */
import { createStore } from '../../lib/external-store.ts';

export interface Undoable {
  readonly id: number;
  readonly undo: () => Promise<void>;
}

const MAX = 20;
let nextId = 1;
export const undoStack = createStore<readonly Undoable[]>([]);

export function pushUndo(undo: () => Promise<void>): Undoable {
  const entry = { id: nextId++, undo };
  undoStack.set((stack) => [...stack, entry].slice(-MAX));
  return entry;
}

export function dropUndo(entry: Undoable): void {
  undoStack.set((stack) => stack.filter(({ id }) => id !== entry.id));
}

/** Takes one back (the last by default); false when there is nothing left. */
export async function takeBack(entry: Undoable | undefined = undoStack.get().at(-1)): Promise<boolean> {
  if (!entry || !undoStack.get().includes(entry)) return false;
  dropUndo(entry);
  await entry.undo();
  return true;
}
