/** Why a conversation stands on top although nothing new came: a quiet mark in its row. */
import { AlarmClock, BellRing } from 'lucide-react';
import type { ThreadSummary } from '../../lib/api.ts';
import { formatListTime } from '../../lib/format.ts';
import { inboxText as text } from '../../lib/i18n/inbox.ts';

type Surfaced = NonNullable<ThreadSummary['surfaced']>;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `3 days`, `5 hours`, `1 minute`. */
function span(ms: number): string {
  if (ms >= DAY) return text.span.days(Math.round(ms / DAY));
  if (ms >= HOUR) return text.span.hours(Math.round(ms / HOUR));
  return text.span.minutes(Math.max(1, Math.round(ms / MINUTE)));
}

export function surfacedWords({ at, by, since }: Surfaced, now: Date): string {
  if (by === 'reminder') return text.noAnswer(span(now.getTime() - new Date(since ?? at).getTime()));
  const isNow = now.getTime() - new Date(at).getTime() < DAY;
  return isNow ? text.snoozeOver : text.snoozeWasOver(formatListTime(at, now));
}

export function SurfacedMark({ by, words }: { by: Surfaced['by'] | undefined; words: string }) {
  const Icon = by === 'reminder' ? BellRing : AlarmClock;
  return (
    <span className="flex shrink-0 items-center gap-1 text-2xs font-medium text-warn" data-testid="surfaced">
      <Icon className="size-3.5" aria-hidden="true" />
      {words}
    </span>
  );
}
