import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAutosave, type SavedDraft, type SaveState } from './autosave.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

class Conflict extends Error {}
const isConflict = (error: unknown) => error instanceof Conflict;
class Gone extends Error {}
const isGone = (error: unknown) => error instanceof Gone;

function autosave(save: (last: SavedDraft | undefined) => Promise<SavedDraft>, draft?: SavedDraft) {
  const states: string[] = [];
  const onState = ({ type }: SaveState) => states.push(type);
  return { states, ...createAutosave({ save, isConflict, isGone, draft, delayMs: 1000, onState }) };
}
const d1 = { id: 'd1', revision: 1 };

it('saves once after the writing pauses', async () => {
  const save = vi.fn(async () => d1);
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
  let finish: (saved: SavedDraft) => void = () => {};
  const save = vi.fn((_last: SavedDraft | undefined) => new Promise<SavedDraft>((resolve) => (finish = resolve)));
  const draft = autosave(save);
  draft.changed();
  await vi.advanceTimersByTimeAsync(1000);
  draft.changed();
  await vi.advanceTimersByTimeAsync(5000);
  expect(save.mock.calls).toEqual([[undefined]]);
  finish(d1);
  await vi.advanceTimersByTimeAsync(0);
  expect(save.mock.calls).toEqual([[undefined], [d1]]);
});

it('replaces the draft it was opened from', async () => {
  const d7 = { id: 'd7', revision: 3 };
  const save = vi.fn(async () => d7);
  const draft = autosave(save, d7);
  draft.changed();
  await draft.flush();
  expect(save.mock.calls).toEqual([[d7]]);
});

it('waits for the save on its way when stopped, and saves no more', async () => {
  const save = vi.fn(async () => d1);
  const draft = autosave(save);
  draft.changed();
  await vi.advanceTimersByTimeAsync(1000);
  draft.changed();
  expect(await draft.stop()).toBe(d1);
  draft.changed();
  await vi.advanceTimersByTimeAsync(5000);
  expect(save).toHaveBeenCalledTimes(1);
});

it('says so when saving failed, and tries again on closing', async () => {
  const save = vi.fn(async () => d1);
  save.mockRejectedValueOnce(new Error('offline'));
  const draft = autosave(save);
  draft.changed();
  await vi.advanceTimersByTimeAsync(1000);
  await draft.flush();
  expect(draft.states).toEqual(['saving', 'failed', 'saving', 'saved']);
});

describe('when another window has saved the draft meanwhile', () => {
  async function contested() {
    const save = vi.fn(async (_last: SavedDraft | undefined) => d1);
    const draft = autosave(save, d1);
    save.mockRejectedValueOnce(new Conflict());
    draft.changed();
    await vi.advanceTimersByTimeAsync(1000);
    return { save, draft };
  }

  it('says so and saves no more, whatever is written', async () => {
    const { save, draft } = await contested();
    draft.changed();
    await vi.advanceTimersByTimeAsync(5000);
    await draft.flush();
    expect([save.mock.calls.length, draft.states]).toEqual([1, ['saving', 'conflict']]);
  });

  it('keeps what stands here as a draft of its own when asked to', async () => {
    const { save, draft } = await contested();
    await draft.keepApart();
    expect([save.mock.calls.at(-1), draft.states.at(-1)]).toEqual([[undefined], 'saved']);
  });

  it('becomes a draft of its own when nobody chooses', async () => {
    const { save, draft } = await contested();
    expect([await draft.keep(), save.mock.calls.at(-1)]).toEqual([{ isKept: true }, [undefined]]);
  });

  it('is no draft of ours when it is sent or discarded here', async () => {
    const { draft } = await contested();
    expect(await draft.stop()).toBeUndefined();
  });
});

it('saves what was changed while it was stopped when it goes on', async () => {
  const save = vi.fn(async () => d1);
  const draft = autosave(save);
  await draft.stop();
  draft.changed();
  const whileStopped = draft.hasUnsaved();
  draft.resume();
  const before = draft.hasUnsaved();
  await vi.advanceTimersByTimeAsync(1000);
  expect([whileStopped, before, draft.hasUnsaved(), save.mock.calls]).toEqual([false, true, false, [[undefined]]]);
});

it('tells whether all could be kept', async () => {
  const save = vi.fn(async () => d1);
  const error = new Error('offline');
  save.mockRejectedValueOnce(error);
  const draft = autosave(save);
  draft.changed();
  expect([await draft.keep(), await draft.keep()]).toEqual([{ isKept: false, error }, { isKept: true }]);
});

it('saves anew what was discarded in another window and is written on here', async () => {
  const d2 = { id: 'd2', revision: 1 };
  const save = vi.fn(async (_last: SavedDraft | undefined) => d2);
  save.mockRejectedValueOnce(new Gone());
  const draft = autosave(save, d1);
  draft.changed();
  expect([await draft.keep(), save.mock.calls, await draft.stop()]).toEqual([
    { isKept: true },
    [[d1], [undefined]],
    d2,
  ]);
});
