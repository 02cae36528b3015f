/** When a snoozed conversation comes back: named times, or a day and time of one's own. */
import { type FormEvent, useState } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { TextField } from '../../components/ui/field.tsx';
import { actionsText as text } from '../../lib/i18n/actions.ts';
import { formatSnooze, snoozeTimes } from './snooze-times.ts';

export interface SnoozeDialogProps {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  onSnooze: (until: Date) => void;
  title?: string;
  confirmLabel?: string;
}

export function SnoozeDialog(props: SnoozeDialogProps) {
  const { isOpen, onOpenChange, onSnooze, title = text.snoozeTitle, confirmLabel = text.setTime } = props;
  const [own, setOwn] = useState('');
  const now = new Date();
  const choose = (until: Date) => {
    onOpenChange(false);
    onSnooze(until);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    const until = new Date(own);
    if (until > new Date()) choose(until);
  };
  return (
    <Dialog isOpen={isOpen} onOpenChange={onOpenChange} title={title} className="max-w-sm">
      <ul className="-mx-2">
        {snoozeTimes(now).map(({ name, at }) => (
          <li key={name}>
            <button
              type="button"
              className="flex h-9 w-full items-center rounded-md px-2 text-left hover:bg-hover"
              onClick={() => choose(at)}
            >
              <span className="flex-1">{name}</span>
              <span className="text-muted tabular-nums">{formatSnooze(at, now)}</span>
            </button>
          </li>
        ))}
      </ul>
      <form className="mt-3 flex items-end gap-2 border-t pt-4" onSubmit={submit}>
        <TextField
          className="flex-1"
          type="datetime-local"
          label={text.pickTime}
          value={own}
          required
          onChange={(event) => setOwn(event.target.value)}
        />
        <Button type="submit" variant="primary">
          {confirmLabel}
        </Button>
      </form>
    </Dialog>
  );
}
