/** When to be reminded of a message that nobody has answered: so long after it goes out, or at a time of its own. Pure. */
import { inDays } from '../actions/index.ts';

export type Reminder =
  | { readonly days: number; readonly at?: undefined }
  | { readonly at: string; readonly days?: undefined };

export function remindAt(reminder: Reminder, goesAt: Date): Date {
  return reminder.days === undefined ? new Date(reminder.at) : inDays(goesAt, reminder.days);
}
