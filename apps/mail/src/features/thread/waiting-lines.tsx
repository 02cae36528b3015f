/** What an open conversation waits for: until when it is snoozed, when it is reminded of, why it came back. */
import { AlarmClock, BellRing } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../../components/ui/button.tsx';
import type { Conversation } from '../../lib/api.ts';
import { formatFullTime } from '../../lib/format.ts';
import { threadText as text } from '../../lib/i18n/thread.ts';

export interface WaitingLinesProps {
  conversation: Conversation;
  onSnooze: () => void;
  onWake: () => void;
  onRemind: () => void;
  onForget: () => void;
}

export function WaitingLines({ conversation, onSnooze, onWake, onRemind, onForget }: WaitingLinesProps) {
  const { snoozedUntil, remindAt, surfaced } = conversation;
  const newest = conversation.messages.at(-1)?.receivedOn ?? '';
  return (
    <>
      {snoozedUntil && (
        <Line
          icon={<AlarmClock />}
          words={text.snoozedUntil(formatFullTime(snoozedUntil))}
          change={{ label: text.changeTime, act: onSnooze }}
          end={{ label: text.wakeNow, act: onWake }}
        />
      )}
      {remindAt && (
        <Line
          icon={<BellRing />}
          words={text.remindsAt(formatFullTime(remindAt))}
          change={{ label: text.changeTime, act: onRemind }}
          end={{ label: text.forgetReminder, act: onForget }}
        />
      )}
      {surfaced?.by === 'reminder' && surfaced.since && newest <= surfaced.at && (
        <Line
          icon={<BellRing />}
          words={text.nobodyAnswered(formatFullTime(surfaced.since))}
          change={{ label: text.remindAgain, act: onRemind }}
        />
      )}
    </>
  );
}

interface LineAction {
  label: string;
  act: () => void;
}

function Line(props: { icon: ReactNode; words: string; change: LineAction; end?: LineAction }) {
  const { icon, words, change, end } = props;
  return (
    <div
      role="status"
      className="mx-6 mb-2 flex flex-wrap items-center gap-x-2 gap-y-1 rounded-lg bg-hover px-3 py-1.5 max-md:mx-4 [&>svg]:size-4 [&>svg]:shrink-0 [&>svg]:text-muted"
      data-testid="waiting-line"
    >
      {icon}
      <span className="min-w-40 flex-1">{words}</span>
      <Button size="small" variant="ghost" onClick={change.act}>
        {change.label}
      </Button>
      {end && (
        <Button size="small" variant="ghost" onClick={end.act}>
          {end.label}
        </Button>
      )}
    </div>
  );
}
