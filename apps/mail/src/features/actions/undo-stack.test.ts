import { beforeEach, expect, it } from 'vitest';
import { pushUndo, takeBack, undoStack } from './undo-stack.ts';

beforeEach(() => undoStack.set([]));

it('takes back the last first, each once', async () => {
  const done: string[] = [];
  pushUndo(async () => void done.push('first'));
  const second = pushUndo(async () => void done.push('second'));
  expect([await takeBack(), await takeBack(second), await takeBack(), await takeBack()]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  expect(done).toEqual(['second', 'first']);
});
