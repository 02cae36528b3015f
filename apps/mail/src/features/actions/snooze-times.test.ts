import { expect, it } from 'vitest';
import { formatSnooze, snoozeTimes } from './snooze-times.ts';

const shown = (now: Date) => snoozeTimes(now).map(({ name, at }) => `${name}: ${formatSnooze(at, now)}`);

it('offers today, tomorrow, the weekend, next week and next month on a Tuesday morning', () => {
  expect(shown(new Date(2026, 10, 24, 9, 30))).toEqual([
    'Later today: 12:00',
    'This evening: 18:00',
    'Tomorrow morning: Wed 08:00',
    'This weekend: Sat 08:00',
    'Next week: Mon 08:00',
    'Next month: 1 Dec 08:00',
  ]);
});

it('leaves out what is past, and the same time twice', () => {
  expect(shown(new Date(2026, 10, 29, 22, 0))).toEqual(['Tomorrow morning: Mon 08:00', 'Next month: Tue 08:00']);
});
