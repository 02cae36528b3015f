/** When something is to happen: named times with what they are, or a day and time of one's own. */
import { type FormEvent, useEffect, useState } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { TextField } from '../../components/ui/field.tsx';
import { formatFullTime } from '../../lib/format.ts';
import { actionsText as text } from '../../lib/i18n/actions.ts';
import { formatSnooze, localValue, type NamedTime, snoozeTimes } from './named-times.ts';

export interface TimeDialogProps {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  onPick: (at: Date) => void;
  title?: string;
  confirmLabel?: string;
  times?: (now: Date) => NamedTime[];
  /** What is set now. */
  current?: Date | undefined;
  /** Takes back what is set now. */
  clear?: { label: string; onClear: () => void } | undefined;
}

export function TimeDialog(props: TimeDialogProps) {
  const { isOpen, onOpenChange, onPick, title = text.snoozeTitle, times = snoozeTimes, current, clear } = props;
  const now = new Date();
  const choose = (at: Date) => {
    onOpenChange(false);
    onPick(at);
  };
  return (
    <Dialog isOpen={isOpen} onOpenChange={onOpenChange} title={title} className="max-w-sm">
      {current && <p className="pb-2 text-muted">{text.currentTime(formatFullTime(current.toISOString()))}</p>}
      <ul className="-mx-2">
        {times(now).map(({ name, at }) => (
          <li key={name}>
            <button
              type="button"
              className="flex h-9 w-full items-center gap-3 rounded-md px-2 text-left hover:bg-hover"
              title={formatFullTime(at.toISOString())}
              onClick={() => choose(at)}
            >
              <span className="flex-1 truncate">{name}</span>
              <span className="text-muted tabular-nums">{formatSnooze(at, now)}</span>
            </button>
          </li>
        ))}
      </ul>
      <OwnTime isOpen={isOpen} current={current} confirmLabel={props.confirmLabel ?? text.setTime} onPick={choose} />
      {current && clear && (
        <Button
          variant="ghost"
          className="mt-3 w-full text-danger"
          onClick={() => {
            onOpenChange(false);
            clear.onClear();
          }}
        >
          {clear.label}
        </Button>
      )}
    </Dialog>
  );
}

interface OwnTimeProps {
  isOpen: boolean;
  current: Date | undefined;
  confirmLabel: string;
  onPick: (at: Date) => void;
}

function OwnTime({ isOpen, current, confirmLabel, onPick }: OwnTimeProps) {
  const [own, setOwn] = useState('');
  const [isPast, setIsPast] = useState(false);
  const known = current?.getTime();
  useEffect(() => {
    if (!isOpen) return;
    setOwn(known === undefined ? '' : localValue(new Date(known)));
    setIsPast(false);
  }, [isOpen, known]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    const at = new Date(own);
    if (at > new Date()) onPick(at);
    else setIsPast(true);
  };
  return (
    <form className="mt-3 flex items-end gap-2 border-t pt-4" onSubmit={submit} noValidate>
      <TextField
        className="flex-1"
        type="datetime-local"
        label={text.pickTime}
        value={own}
        required
        min={localValue(new Date())}
        error={isPast ? text.pastTime : undefined}
        onChange={(event) => {
          setOwn(event.target.value);
          setIsPast(false);
        }}
      />
      <Button type="submit" variant="primary" disabled={own === ''} className={isPast ? 'mb-5' : undefined}>
        {confirmLabel}
      </Button>
    </form>
  );
}
