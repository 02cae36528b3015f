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
import { isPaused, isStuck } from './outbox-groups.ts';
import type { useOutboxActions } from './use-outbox-actions.ts';

export interface OutboxRowProps {
  item: Outgoing;
  actions: ReturnType<typeof useOutboxActions>;
  onChangeTime: () => void;
}

function noteOf(item: Outgoing): string {
  const { state, sendAt, heldUntil, nextAttemptAt, recipients } = item;
  if (state === 'scheduled' && sendAt) return text.sendsAt(formatFullTime(sendAt));
  if (heldUntil) return text.heldUntil(formatClockOf(heldUntil));
  if (isPaused(item)) return text.sendingPaused;
  const taken = recipients.filter(({ status }) => status === 'accepted').length;
  return [
    text.outboxStates[state],
    ...(taken > 0 && taken < recipients.length ? [text.takenBy(taken, recipients.length)] : []),
    ...(nextAttemptAt ? [text.retryAt(formatFullTime(nextAttemptAt))] : []),
  ].join(' · ');
}

const formatClockOf = (iso: string) => formatClock(new Date(iso));

export function OutboxRow({ item, actions, onChangeTime }: OutboxRowProps) {
  const [isOpen, setIsOpen] = useState(false);
  const subject = item.subject || text.noSubject;
  return (
    <li className="border-b px-4 py-3 last:border-b-0" data-testid="outbox-row" data-state={item.state}>
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-60 flex-1">
          <button
            type="button"
            className="group flex w-full items-start gap-2 rounded-md text-left"
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
            </span>
          </button>
          <div className="mt-1 pl-6 text-xs select-text">
            <p className={isStuck(item) || isPaused(item) ? 'font-medium text-danger' : 'text-muted'}>{noteOf(item)}</p>
            {item.remindAt && (
              <p className="mt-0.5 flex items-center gap-1 text-muted">
                <BellRing className="size-3.5 shrink-0" aria-hidden="true" />
                {text.remindsAt(formatFullTime(item.remindAt))}
              </p>
            )}
            <Reasons item={item} />
          </div>
        </div>
        <RowButtons item={item} actions={actions} onChangeTime={onChangeTime} />
      </div>
      {isOpen && <Opened id={item.id} />}
    </li>
  );
}

/** Why it did not simply go, and what the server says of each recipient. */
function Reasons({ item }: { item: Outgoing }) {
  const { state, error, recipients } = item;
  // One alone: the error says it all.
  const answered = recipients.length > 1 ? recipients.filter(({ message }) => message !== undefined) : [];
  return (
    <>
      {state === 'uncertain' && <p className="mt-0.5 max-w-prose">{text.uncertainHint}</p>}
      {state !== 'uncertain' && error && (
        <>
          <p className="mt-0.5 max-w-prose [overflow-wrap:anywhere]">{error.message}</p>
          <p className="mt-0.5 max-w-prose text-muted">{error.fix}</p>
        </>
      )}
      {answered.map(({ email, message = '', status }) => {
        const isLater = status === 'deferred' && !isStuck(item);
        return (
          <p key={email} className={cn('mt-0.5 [overflow-wrap:anywhere]', isLater ? 'text-muted' : 'text-danger')}>
            {isLater ? text.deferred(email, message) : text.refused(email, message)}
          </p>
        );
      })}
    </>
  );
}

interface Choice {
  label: string;
  onClick: () => void;
  isMain?: boolean;
}

/** What can be done, the likeliest first. */
function choicesOf({ item, actions, onChangeTime }: OutboxRowProps): Choice[] {
  const { state, heldUntil } = item;
  const retry = (label: string, isMain = true) => ({ label, onClick: () => actions.sendNow(item), isMain });
  const anew = [
    ...(item.isRedirect ? [] : [{ label: text.editAnew, onClick: () => actions.editAnew(item) }]),
    { label: text.dismiss, onClick: () => actions.dismiss(item) },
  ];
  if (state === 'uncertain')
    return [
      { label: text.hasArrived, onClick: () => actions.hasArrived(item), isMain: true },
      retry(text.sendAgain),
      ...anew,
    ];
  if (state === 'failed') return [retry(text.tryAgain), ...anew];
  if (state === 'partial') return [retry(text.sendToRefused), ...anew];
  if (state !== 'scheduled' && state !== 'queued') return [];
  const edit = (label: string, isMain: boolean) => ({ label, onClick: () => actions.edit(item), isMain });
  if (heldUntil !== undefined) return [retry(text.retrySend, false), edit(text.undoSend, true)];
  return [
    retry(text.retrySend),
    ...(state === 'scheduled' ? [{ label: text.changeTime, onClick: onChangeTime }] : []),
    ...(item.isRedirect ? [] : [edit(text.cancelSend, false)]),
    { label: text.dontSend, onClick: () => actions.cancel(item) },
  ];
}

function RowButtons(props: OutboxRowProps) {
  return (
    <div className="flex flex-wrap gap-1 max-sm:pl-6">
      {choicesOf(props).map(({ label, onClick, isMain }) => (
        <Button
          key={label}
          size="small"
          variant={isMain ? 'outline' : 'ghost'}
          disabled={props.actions.isBusy}
          onClick={onClick}
        >
          {label}
        </Button>
      ))}
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
      {data.through && <p className="mb-1.5 text-xs text-muted">{text.outboxThrough(data.through)}</p>}
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
