import { afterEach, describe, expect, it } from 'vitest';
import { formatSnooze, inDays, localValue, reminderTimes, sendTimes, snoozeTimes } from './named-times.ts';

const shown = (now: Date, times = snoozeTimes) => times(now).map(({ name, at }) => `${name}: ${formatSnooze(at, now)}`);

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

it('offers hours of work to send at, past ones left out', () => {
  expect(shown(new Date(2026, 10, 24, 7, 0), sendTimes)).toEqual([
    'This morning: 08:00',
    'This afternoon: 13:00',
    'This evening: 18:00',
    'Tomorrow morning: Wed 08:00',
    'Tomorrow afternoon: Wed 13:00',
    'Monday morning: Mon 08:00',
  ]);
  expect(shown(new Date(2026, 10, 29, 18, 30), sendTimes)).toEqual([
    'Tomorrow morning: Mon 08:00',
    'Tomorrow afternoon: Mon 13:00',
  ]);
});

it('reminds at the same time of day, counted from the sending', () => {
  expect(shown(new Date(2026, 10, 24, 9, 30), reminderTimes)).toEqual([
    'In 1 day: Wed 09:30',
    'In 2 days: Thu 09:30',
    'In 3 days: Fri 09:30',
    'In 1 week: 1 Dec 09:30',
  ]);
});

describe('over a change of the clock', () => {
  const before = process.env.TZ;
  afterEach(() => {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  });
  const inZone = (zone: string, now: string, name: string, times: (now: Date) => { name: string; at: Date }[]) => {
    process.env.TZ = zone;
    return times(new Date(now))
      .find((time) => time.name === name)
      ?.at.toISOString();
  };

  it.each([
    {
      what: 'clocks go forward in Berlin',
      zone: 'Europe/Berlin',
      now: '2026-03-28T19:00:00Z',
      at: '2026-03-29T06:00:00.000Z',
    },
    {
      what: 'clocks go back in Berlin',
      zone: 'Europe/Berlin',
      now: '2026-10-24T18:00:00Z',
      at: '2026-10-25T07:00:00.000Z',
    },
    {
      what: 'clocks go forward in New York',
      zone: 'America/New_York',
      now: '2026-03-07T23:00:00Z',
      at: '2026-03-08T12:00:00.000Z',
    },
    {
      what: 'clocks go back by half an hour on Lord Howe',
      zone: 'Australia/Lord_Howe',
      now: '2026-04-04T08:00:00Z',
      at: '2026-04-04T21:30:00.000Z',
    },
    {
      what: 'nothing changes in Kolkata',
      zone: 'Asia/Kolkata',
      now: '2026-03-28T13:00:00Z',
      at: '2026-03-29T02:30:00.000Z',
    },
  ])('tomorrow at eight is at eight when $what', ({ zone, now, at }) => {
    expect(inZone(zone, now, 'Tomorrow morning', snoozeTimes)).toBe(at);
    expect(inZone(zone, now, 'Tomorrow morning', sendTimes)).toBe(at);
  });

  it('later today is three hours on by the clock on the wall, in the night that has one hour more', () => {
    expect(inZone('Europe/Berlin', '2026-10-24T23:30:00Z', 'Later today', snoozeTimes)).toBe(
      '2026-10-25T03:00:00.000Z',
    );
  });

  it('a week is a week by the calendar', () => {
    process.env.TZ = 'Europe/Berlin';
    expect(inDays(new Date('2026-03-25T08:15:00Z'), 7).toISOString()).toBe('2026-04-01T07:15:00.000Z');
  });

  it('an hour that there is not is the one after it, one that there is twice is the first', () => {
    process.env.TZ = 'Europe/Berlin';
    expect(new Date('2026-03-29T02:30').toISOString()).toBe('2026-03-29T01:30:00.000Z');
    expect(new Date('2026-10-25T02:30').toISOString()).toBe('2026-10-25T00:30:00.000Z');
    expect(localValue(new Date('2026-03-29T01:30:00.000Z'))).toBe('2026-03-29T03:30');
  });
});
