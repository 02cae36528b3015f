/**
 * Named times for what waits, in the person's own time zone, with those that are past or make no sense now left out. They
 * are made of calendar days and hours, never of 24 hours, so that eight o'clock stays eight o'clock when clocks change. Pure.
 */
import { actionsText } from '../../lib/i18n/actions.ts';

export interface NamedTime {
  name: string;
  at: Date;
}

const MORNING = 8;
const AFTERNOON = 13;
const EVENING = 18;
const SATURDAY = 6;
const MONDAY = 1;
const DAYS_TO_REMIND = [1, 2, 3, 7];

function onDay(now: Date, days: number, hour: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
}

function daysUntil(now: Date, weekday: number): number {
  return (weekday - now.getDay() + 7) % 7 || 7;
}

/** What is still to come, each time once. */
function toCome(now: Date, times: readonly (NamedTime | false)[]): NamedTime[] {
  const seen = new Set<number>();
  return times.filter((time): time is NamedTime => {
    if (!time || time.at <= now || seen.has(time.at.getTime())) return false;
    seen.add(time.at.getTime());
    return true;
  });
}

export function snoozeTimes(now: Date): NamedTime[] {
  const names = actionsText.snoozeNames;
  const hour = now.getHours();
  const isWeekend = now.getDay() === SATURDAY || now.getDay() === 0;
  return toCome(now, [
    hour < EVENING - 4 && { name: names.laterToday, at: onDay(now, 0, hour + 3) },
    hour < EVENING && { name: names.thisEvening, at: onDay(now, 0, EVENING) },
    { name: names.tomorrow, at: onDay(now, 1, MORNING) },
    !isWeekend &&
      now.getDay() !== SATURDAY - 1 && { name: names.weekend, at: onDay(now, daysUntil(now, SATURDAY), MORNING) },
    { name: names.nextWeek, at: onDay(now, daysUntil(now, MONDAY), MORNING) },
    { name: names.nextMonth, at: new Date(now.getFullYear(), now.getMonth() + 1, 1, MORNING) },
  ]);
}

/** When a message may best go out: while people work. */
export function sendTimes(now: Date): NamedTime[] {
  const names = actionsText.sendNames;
  return toCome(now, [
    now.getHours() < MORNING && { name: names.thisMorning, at: onDay(now, 0, MORNING) },
    { name: names.thisAfternoon, at: onDay(now, 0, AFTERNOON) },
    { name: names.thisEvening, at: onDay(now, 0, EVENING) },
    { name: names.tomorrowMorning, at: onDay(now, 1, MORNING) },
    { name: names.tomorrowAfternoon, at: onDay(now, 1, AFTERNOON) },
    { name: names.monday, at: onDay(now, daysUntil(now, MONDAY), MORNING) },
  ]);
}

/** So many days on, at the same time of day. */
export function inDays(from: Date, days: number): Date {
  const at = new Date(from);
  at.setDate(at.getDate() + days);
  return at;
}

/** Counted from the sending. */
export function reminderTimes(from: Date): (NamedTime & { days: number })[] {
  return DAYS_TO_REMIND.map((days) => ({ name: actionsText.inDays(days), at: inDays(from, days), days }));
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

/** As `<input type="datetime-local">` has it: local, to the minute. */
export function localValue(at: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const day = `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
