/** One message on its way: how it stands, what can be done, and opened, what it says. */
import { useQuery } from '@tanstack/react-query';
import { BellRing, ChevronRight, Paperclip } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { Spinner } from '../../components/ui/spinner.tsx';
import { failureOf, type Outgoing, trpc } from '../../lib/api.ts';
import { cn } from '../../lib/class-names.ts';
import { formatClock, formatFullTime, formatSize, nameOf } from '../../lib/format.ts';
import { inboxText as text } from '../../lib/i18n/inbox.ts';
import type { useOutboxActions } from './use-outbox-actions.ts';

export interface OutboxRowProps {
  item: Outgoing;
  actions: ReturnType<typeof useOutboxActions>;
  onChangeTime: () => void;
}

function noteOf({ state, sendAt, heldUntil, nextAttemptAt }: Outgoing): string {
  if (state === 'scheduled' && sendAt) return text.sendsAt(formatFullTime(sendAt));
  if (heldUntil) return text.heldUntil(formatClockOf(heldUntil));
  const stands = text.outboxStates[state];
  if (state === 'uncertain') return `${stands} · ${text.uncertainHint}`;
  return nextAttemptAt ? `${stands} · ${text.retryAt(formatFullTime(nextAttemptAt))}` : stands;
}

const formatClockOf = (iso: string) => formatClock(new Date(iso));

export function OutboxRow({ item, actions, onChangeTime }: OutboxRowProps) {
  const [isOpen, setIsOpen] = useState(false);
  const isBad = ['failed', 'uncertain', 'partial'].includes(item.state);
  const refused = item.recipients.filter(({ status }) => status === 'refused');
  const subject = item.subject || text.noSubject;
  return (
    <li className="border-b px-4 py-3 last:border-b-0" data-testid="outbox-row" data-state={item.state}>
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <button
          type="button"
          className="group flex min-w-60 flex-1 items-start gap-2 rounded-md text-left"
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
        >
          <ChevronRight
            className={cn('mt-0.5 size-4 shrink-0 text-muted transition-transform', isOpen && 'rotate-90')}
            aria-hidden="true"
          />
          <span className="min-w-0 flex-1">
            <span className="block truncate font-medium group-hover:underline">{subject}</span>
            <span className="block truncate text-muted">
              {text.draftTo([...item.to, ...item.cc, ...item.bcc].map(nameOf).join(', '))}
            </span>
            <span className={cn('mt-1 block text-xs', isBad ? 'text-danger' : 'text-muted')}>{noteOf(item)}</span>
            {item.remindAt && (
              <span className="mt-0.5 flex items-center gap-1 text-xs text-muted">
                <BellRing className="size-3.5 shrink-0" aria-hidden="true" />
                {text.remindsAt(formatFullTime(item.remindAt))}
              </span>
            )}
            {item.error && (
              <span className="block text-xs">
                {item.error.message} {item.error.fix}
              </span>
            )}
            {refused.map(({ email, message }) => (
              <span key={email} className="block text-xs text-danger">
                {text.refused(email, message ?? text.outboxStates.failed)}
              </span>
            ))}
          </span>
        </button>
        <RowButtons item={item} actions={actions} onChangeTime={onChangeTime} />
      </div>
      {isOpen && <Opened id={item.id} />}
    </li>
  );
}

function RowButtons({ item, actions, onChangeTime }: OutboxRowProps) {
  const { state, heldUntil } = item;
  const isWaiting = state === 'scheduled' || state === 'queued';
  const button = (label: string, onClick: () => void, isMain = false) => (
    <Button size="small" variant={isMain ? 'outline' : 'ghost'} disabled={actions.isBusy} onClick={onClick}>
      {label}
    </Button>
  );
  return (
    <div className="flex flex-wrap gap-1 max-sm:pl-6">
      {(isWaiting || state === 'failed' || state === 'uncertain') &&
        button(
          state === 'uncertain' ? text.sendAgain : text.retrySend,
          () => actions.sendNow(item),
          heldUntil === undefined,
        )}
      {state === 'scheduled' && button(text.changeTime, onChangeTime)}
      {(isWaiting || state === 'failed') &&
        button(
          heldUntil === undefined ? text.cancelSend : text.undoSend,
          () => actions.edit(item),
          heldUntil !== undefined,
        )}
      {(isWaiting || state === 'failed') &&
        heldUntil === undefined &&
        button(text.dontSend, () => actions.cancel(item))}
    </div>
  );
}

/** What it says, as plain words, and its files. */
function Opened({ id }: { id: string }) {
  const { data, error } = useQuery(trpc.outbox.get.queryOptions({ id }));
  if (error) return <p className="mt-2 pl-6 text-xs text-danger">{failureOf(error).message}</p>;
  if (!data) return <Spinner className="mt-2 ml-6" label={text.outboxOpening} />;
  return (
    <div className="mt-3 ml-6 rounded-lg border bg-sunken px-3 py-2.5 select-text" data-testid="outbox-message">
      <p className="max-h-80 overflow-y-auto whitespace-pre-wrap [overflow-wrap:anywhere]">
        {data.text.trim() || text.outboxNoText}
      </p>
      {data.attachments.map(({ name, size }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two files may have the same name, and the list never changes
        <p key={index} className="mt-1.5 flex items-center gap-1.5 text-xs text-muted">
          <Paperclip className="size-3.5 shrink-0" aria-hidden="true" />
          {name} · {formatSize(size)}
        </p>
      ))}
    </div>
  );
}
