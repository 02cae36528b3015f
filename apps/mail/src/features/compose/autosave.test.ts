import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createAutosave } from './autosave.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function autosave(save: (id: string | undefined) => Promise<string>, draftId?: string) {
  const states: string[] = [];
  return { states, ...createAutosave({ save, draftId, delayMs: 1000, onState: ({ type }) => states.push(type) }) };
}

it('saves once after the writing pauses', async () => {
  const save = vi.fn(async () => 'd1');
  const draft = autosave(save);
  draft.changed();
  await vi.advanceTimersByTimeAsync(600);
  draft.changed();
  await vi.advanceTimersByTimeAsync(999);
  expect(save).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect([save.mock.calls, draft.states]).toEqual([[[undefined]], ['saving', 'saved']]);
});

it('never saves twice at once, and uses the first save’s id for the next', async () => {
  let finish: (id: string) => void = () => {};
  const save = vi.fn((_id: string | undefined) => new Promise<string>((resolve) => (finish = resolve)));
  const draft = autosave(save);
  draft.changed();
  await vi.advanceTimersByTimeAsync(1000);
  draft.changed();
  await vi.advanceTimersByTimeAsync(5000);
  expect(save.mock.calls).toEqual([[undefined]]);
  finish('d1');
  await vi.advanceTimersByTimeAsync(0);
  expect(save.mock.calls).toEqual([[undefined], ['d1']]);
});

it('replaces the draft it was opened from', async () => {
  const save = vi.fn(async () => 'd7');
  const draft = autosave(save, 'd7');
  draft.changed();
  await draft.flush();
  expect(save.mock.calls).toEqual([['d7']]);
});

it('waits for the save on its way when stopped, and saves no more', async () => {
  const save = vi.fn(async () => 'd1');
  const draft = autosave(save);
  draft.changed();
  await vi.advanceTimersByTimeAsync(1000);
  draft.changed();
  expect(await draft.stop()).toBe('d1');
  draft.changed();
  await vi.advanceTimersByTimeAsync(5000);
  expect(save).toHaveBeenCalledTimes(1);
});

it('says so when saving failed, and tries again on closing', async () => {
  const save = vi.fn(async () => 'd1');
  save.mockRejectedValueOnce(new Error('offline'));
  const draft = autosave(save);
  draft.changed();
  await vi.advanceTimersByTimeAsync(1000);
  await draft.flush();
  expect(draft.states).toEqual(['saving', 'failed', 'saving', 'saved']);
});
