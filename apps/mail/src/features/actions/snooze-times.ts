/** Named times for snoozing, with those that are past or make no sense now left out. Pure. */
import { actionsText } from '../../lib/i18n/actions.ts';

export interface SnoozeTime {
  name: string;
  at: Date;
}

const MORNING = 8;
const EVENING = 18;
const SATURDAY = 6;
const MONDAY = 1;

function onDay(now: Date, days: number, hour: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
}

function daysUntil(now: Date, weekday: number): number {
  return (weekday - now.getDay() + 7) % 7 || 7;
}

export function snoozeTimes(now: Date): SnoozeTime[] {
  const names = actionsText.snoozeNames;
  const hour = now.getHours();
  const isWeekend = now.getDay() === SATURDAY || now.getDay() === 0;
  const times: (SnoozeTime | false)[] = [
    hour < EVENING - 4 && { name: names.laterToday, at: onDay(now, 0, hour + 3) },
    hour < EVENING && { name: names.thisEvening, at: onDay(now, 0, EVENING) },
    { name: names.tomorrow, at: onDay(now, 1, MORNING) },
    !isWeekend &&
      now.getDay() !== SATURDAY - 1 && { name: names.weekend, at: onDay(now, daysUntil(now, SATURDAY), MORNING) },
    { name: names.nextWeek, at: onDay(now, daysUntil(now, MONDAY), MORNING) },
    { name: names.nextMonth, at: new Date(now.getFullYear(), now.getMonth() + 1, 1, MORNING) },
  ];
  const seen = new Set<number>();
  return times.filter((time): time is SnoozeTime => {
    if (!time || time.at <= now || seen.has(time.at.getTime())) return false;
    seen.add(time.at.getTime());
    return true;
  });
}

/** The time as it is said: `Tue 18:00`, with the date when it is more than a week away. */
export function formatSnooze(at: Date, now: Date): string {
  const time = at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  if (at.toDateString() === now.toDateString()) return time;
  // The same weekday as today would be read as today: from a week's last half day on the date is shown.
  const isSoon = at.getTime() - now.getTime() < 6.5 * 86_400_000;
  const day = at.toLocaleDateString('en-GB', isSoon ? { weekday: 'short' } : { day: 'numeric', month: 'short' });
  return `${day} ${time}`;
}
