import { expect, it } from 'vitest';
import { createSlots } from './slots.ts';

/** Work that ends when it is told to. */
function task() {
  const { promise, resolve } = Promise.withResolvers<void>();
  let hasBegun = false;
  return {
    end: resolve,
    hasBegun: () => hasBegun,
    work: () => {
      hasBegun = true;
      return promise;
    },
  };
}

it('lets the next one begin when one has ended, in order', async () => {
  const slots = createSlots(1);
  const [first, second, third] = [task(), task(), task()] as const;
  const running = [first, second, third].map(({ work }) => slots.run('ada', work));
  await Promise.resolve();
  expect([first, second, third].map(({ hasBegun }) => hasBegun())).toEqual([true, false, false]);
  first.end();
  await running[0];
  await Promise.resolve();
  expect([second, third].map(({ hasBegun }) => hasBegun())).toEqual([true, false]);
  second.end();
  third.end();
  await Promise.all(running);
  expect(third.hasBegun()).toBe(true);
});

it('counts every user for himself', async () => {
  const slots = createSlots(1);
  const ada = task();
  const running = slots.run('ada', ada.work);
  await expect(slots.run('bob', async () => 'done')).resolves.toBe('done');
  ada.end();
  await running;
});

it('gives the place on when work fails', async () => {
  const slots = createSlots(1);
  await expect(slots.run('ada', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  await expect(slots.run('ada', async () => 'done')).resolves.toBe('done');
});

it('lets go of one that gave up waiting', async () => {
  const slots = createSlots(1);
  const first = task();
  const running = slots.run('ada', first.work);
  const gone = new AbortController();
  const second = task();
  const waiting = slots.run('ada', second.work, gone.signal);
  gone.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  first.end();
  await running;
  await expect(slots.run('ada', async () => 'done')).resolves.toBe('done');
  expect(second.hasBegun()).toBe(false);
});
