/** Sending: now, later, and with a reminder if nobody answers. */
import { AlarmClock, BellRing, ChevronDown, X } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '../../components/ui/button.tsx';
import { Menu, MenuContent, MenuItem, MenuLabel, MenuSeparator, MenuTrigger } from '../../components/ui/menu.tsx';
import { Spinner } from '../../components/ui/spinner.tsx';
import { formatFullTime } from '../../lib/format.ts';
import { composeText as text } from '../../lib/i18n/compose.ts';
import { formatSnooze, reminderTimes, sendTimes, TimeDialog } from '../actions/index.ts';
import { type Reminder, remindAt } from './reminder.ts';

export interface SendOptionsProps {
  isSending: boolean;
  reminder: Reminder | undefined;
  onReminder: (reminder: Reminder | undefined) => void;
  /** When it was to go out before it was taken back. */
  wasFor: string | undefined;
  onSend: (at?: Date) => void;
}

export function SendOptions({ isSending, reminder, onReminder, wasFor, onSend }: SendOptionsProps) {
  const [picking, setPicking] = useState<'send' | 'remind'>();
  const now = new Date();
  const before = wasFor !== undefined && new Date(wasFor) > now ? new Date(wasFor) : undefined;
  const pick = (what: 'send' | 'remind') => (isOpen: boolean) => setPicking(isOpen ? what : undefined);
  return (
    <>
      <span className="flex">
        <Button
          variant="primary"
          className="rounded-r-none"
          disabled={isSending}
          onClick={() => onSend()}
          data-testid="compose-send"
        >
          {isSending && <Spinner className="text-current" />}
          {isSending ? text.sending : text.send}
        </Button>
        <Menu>
          <MenuTrigger asChild>
            <Button
              variant="primary"
              className="rounded-l-none border-l border-on-accent/25 px-1.5"
              disabled={isSending}
              aria-label={text.sendOptions}
            >
              <ChevronDown />
            </Button>
          </MenuTrigger>
          <MenuContent align="start" side="top" className="min-w-64">
            <MenuItem icon={<AlarmClock />} onSelect={() => setPicking('send')}>
              {text.sendLater}
            </MenuItem>
            <MenuSeparator />
            <MenuLabel>{text.remindLabel}</MenuLabel>
            {reminderTimes(now).map(({ name, at, days }) => (
              <MenuItem
                key={name}
                icon={<BellRing />}
                isChecked={reminder?.days === days}
                onSelect={() => onReminder({ days })}
              >
                <span className="flex justify-between gap-4">
                  {name}
                  <span className="text-muted tabular-nums">{formatSnooze(at, now)}</span>
                </span>
              </MenuItem>
            ))}
            <MenuItem icon={<BellRing />} onSelect={() => setPicking('remind')}>
              {text.remindPick}
            </MenuItem>
          </MenuContent>
        </Menu>
      </span>
      <TimeDialog
        isOpen={picking === 'send'}
        onOpenChange={pick('send')}
        title={text.sendLaterTitle}
        confirmLabel={text.schedule}
        times={(from) => [...(before ? [{ name: text.asBefore, at: before }] : []), ...sendTimes(from)]}
        onPick={(at) => onSend(at)}
      />
      <TimeDialog
        isOpen={picking === 'remind'}
        onOpenChange={pick('remind')}
        title={text.remindTitle}
        confirmLabel={text.remindSet}
        times={reminderTimes}
        onPick={(at) => onReminder({ at: at.toISOString() })}
      />
    </>
  );
}

/** What will remind, with the way to take it back; nothing where nothing will. */
export function ReminderChip({ reminder, onRemove }: { reminder: Reminder | undefined; onRemove: () => void }) {
  if (!reminder) return null;
  const now = new Date();
  const at = remindAt(reminder, now);
  return (
    <div
      className="mx-3 mb-2 flex items-center gap-2 self-start rounded-md bg-hover py-0.5 pr-0.5 pl-2 text-xs"
      data-testid="reminder-chip"
      title={formatFullTime(at.toISOString())}
    >
      <BellRing className="size-3.5 text-muted" aria-hidden="true" />
      {text.remindChip(formatSnooze(at, now))}
      <IconButton label={text.remindRemove} className="size-6" onClick={onRemove}>
        <X />
      </IconButton>
    </div>
  );
}
