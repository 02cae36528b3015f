/** One conversation in the list: two lines in a narrow list, one in a wide one. */
import { Archive, Check, Clock, Mail, MailOpen, Paperclip, Star, Trash2 } from 'lucide-react';
import { type MouseEvent, memo, type ReactNode } from 'react';
import { Avatar } from '../../components/ui/avatar.tsx';
import type { ThreadSummary } from '../../lib/api.ts';
import { cn } from '../../lib/class-names.ts';
import { formatFullTime, formatListTime } from '../../lib/format.ts';
import { actionsText } from '../../lib/i18n/actions.ts';
import { inboxText as text } from '../../lib/i18n/inbox.ts';
import { formatSnooze, type SimpleAction } from '../actions/index.ts';
import { LabelChip } from '../labels/index.ts';
import { senderLine } from './sender-line.ts';
import { SurfacedMark, surfacedWords } from './surfaced-mark.tsx';

export interface RowState {
  isOpen: boolean;
  isFocused: boolean;
  isSelected: boolean;
}

export interface RowEvents {
  onOpen: (id: string) => void;
  onToggle: (id: string, isRange: boolean) => void;
  onAct: (id: string, action: SimpleAction) => void;
  onPrefetch: (id: string) => void;
}

export interface ThreadRowProps extends RowState, RowEvents {
  thread: ThreadSummary;
  index: number;
  height: number;
  isWide: boolean;
  folder: string;
  own: ReadonlySet<string>;
  /** The account's mark in the list of all accounts. */
  account?: { name: string; hue: number } | undefined;
}

const MAX_CHIPS = 2;

export const ThreadRow = memo(function ThreadRow(props: ThreadRowProps) {
  const { thread, isOpen, isFocused, isSelected, isWide, height, folder, onOpen, onToggle, onPrefetch } = props;
  const isUnread = thread.unreadCount > 0;
  const senders = senderLine(thread.senders, props.own);
  const subject = thread.subject || text.noSubject;
  const wakesAt =
    thread.snoozedUntil && folder === 'snoozed'
      ? text.snoozedUntil(formatSnooze(new Date(thread.snoozedUntil), new Date()))
      : undefined;
  const mark = thread.surfaced && surfacedWords(thread.surfaced, new Date());
  const click = (event: MouseEvent) => {
    if (event.shiftKey || event.metaKey || event.ctrlKey) {
      event.preventDefault();
      onToggle(thread.id, event.shiftKey);
    } else onOpen(thread.id);
  };
  const select = (
    // biome-ignore lint/a11y/useSemanticElements: a native checkbox cannot hold the sender's picture
    <button
      type="button"
      tabIndex={-1}
      role="checkbox"
      aria-checked={isSelected}
      aria-label={text.select(subject)}
      onClick={(event) => {
        event.stopPropagation();
        onToggle(thread.id, event.shiftKey);
      }}
      className="group/select relative shrink-0 rounded-full"
    >
      <Avatar
        address={thread.senders[0] ?? { email: '' }}
        className={cn(
          isWide && height < 40 ? 'size-6 text-[9px]' : 'size-8',
          'transition-opacity group-hover/row:opacity-0',
          isSelected && 'opacity-0',
        )}
      />
      <span
        className={cn(
          'absolute inset-0 m-auto flex size-4.5 items-center justify-center rounded border-[1.5px] border-faint bg-surface opacity-0 group-hover/row:opacity-100',
          isSelected && 'border-accent bg-accent text-on-accent opacity-100',
        )}
      >
        {isSelected && <Check className="size-3.5" strokeWidth={3} />}
      </span>
    </button>
  );
  const time = (
    <time
      dateTime={thread.receivedOn}
      title={formatFullTime(wakesAt === undefined ? thread.receivedOn : (thread.snoozedUntil ?? ''))}
      className={cn('shrink-0 text-2xs tabular-nums', isUnread ? 'font-semibold text-accent' : 'text-muted')}
    >
      {wakesAt ?? formatListTime(thread.receivedOn)}
    </time>
  );
  const marks = (
    <>
      {thread.hasAttachments && <Paperclip aria-label={text.attachments} className="size-3.5 shrink-0 text-muted" />}
      {thread.snoozedUntil && folder !== 'snoozed' && <Clock aria-hidden="true" className="size-3.5 text-muted" />}
      {thread.starred && <Star aria-label={text.starred} className="size-3.5 shrink-0 fill-star text-star" />}
    </>
  );
  const who = (
    <span className={cn('flex min-w-0 items-baseline gap-1.5', isUnread && 'font-semibold')}>
      <span className="truncate">{senders}</span>
      {thread.messageCount > 1 && <span className="text-2xs font-normal text-muted">{thread.messageCount}</span>}
    </span>
  );
  const chips = thread.labels
    .filter(({ id }) => id !== folder)
    .slice(0, MAX_CHIPS)
    .map((label) => <LabelChip key={label.id} label={label} className="max-w-24" />);
  const surfaced = mark !== undefined && <SurfacedMark by={thread.surfaced?.by} words={mark} />;
  const what = (
    <span className="min-w-0 flex-1 truncate">
      <span className={cn(isUnread ? 'font-semibold' : 'text-ink/90')}>{subject}</span>
      <span className="text-muted"> — {thread.snippet}</span>
    </span>
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows of a virtual list are placed by transform, which a table cannot
    <div
      id={`row-${thread.id}`}
      role="row"
      aria-rowindex={props.index + 1}
      tabIndex={isFocused ? 0 : -1}
      aria-selected={isSelected || isOpen}
      aria-label={[isUnread && text.unread, mark, senders, subject, thread.snippet, formatFullTime(thread.receivedOn)]
        .filter(Boolean)
        .join(', ')}
      data-testid="thread-row"
      data-thread-id={thread.id}
      data-unread={isUnread}
      onClick={click}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && event.target === event.currentTarget) onOpen(thread.id);
      }}
      onPointerEnter={() => onPrefetch(thread.id)}
      className={cn(
        'group/row relative flex cursor-default items-center gap-3 border-b border-line/60 pr-3 pl-4 outline-none select-none',
        isSelected || isOpen ? 'bg-selected' : isUnread ? 'bg-surface' : 'bg-sunken/60',
        !isOpen && !isSelected && 'hover:bg-hover/70',
        'focus-visible:shadow-[inset_0_0_0_2px_var(--c-accent)]',
      )}
      style={{ height }}
    >
      {isFocused && <span aria-hidden="true" className="absolute inset-y-0 left-0 w-[3px] bg-accent" />}
      {isUnread && !isFocused && (
        <span aria-hidden="true" className="absolute left-1 size-1.5 rounded-full bg-accent" />
      )}
      <Cell className="flex shrink-0">{select}</Cell>
      {isWide ? (
        <>
          <Cell className="flex w-44 shrink-0 lg:w-52">{who}</Cell>
          {props.account && <AccountMark {...props.account} />}
          <Cell className="flex min-w-0 flex-1 items-center gap-1.5">
            {surfaced}
            {chips}
            {what}
          </Cell>
          <Cell className="flex items-center gap-1.5">
            {marks}
            <span className={cn('flex justify-end', wakesAt === undefined && 'w-14')}>{time}</span>
          </Cell>
        </>
      ) : (
        <Cell className="flex min-w-0 flex-1 flex-col gap-0.5">
          <span className="flex items-center gap-1.5">
            {props.account && <AccountMark {...props.account} />}
            <span className="min-w-0 flex-1">{who}</span>
            {marks}
            {time}
          </span>
          <span className="flex items-center gap-1.5">
            {surfaced}
            {what}
            {chips}
          </span>
        </Cell>
      )}
      <HoverActions {...props} isUnread={isUnread} />
    </div>
  );
});

function Cell({ className, children }: { className: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a cell of a row that is no table's
    // biome-ignore lint/a11y/useFocusableInteractive: the row is what has the focus (roving tabindex)
    <span role="gridcell" className={className}>
      {children}
    </span>
  );
}

function AccountMark({ name, hue }: { name: string; hue: number }) {
  return (
    <span
      role="img"
      aria-label={name}
      title={name}
      className="size-2 shrink-0 rounded-full"
      style={{ backgroundColor: `oklch(0.65 0.15 ${hue})` }}
    />
  );
}

function HoverActions({ thread, folder, isUnread, isOpen, isSelected, onAct }: ThreadRowProps & { isUnread: boolean }) {
  const act = (action: SimpleAction) => (event: MouseEvent) => {
    event.stopPropagation();
    onAct(thread.id, action);
  };
  return (
    <Cell
      className={cn(
        'absolute inset-y-0 right-0 hidden items-center gap-0.5 pr-2 pl-6 [mask-image:linear-gradient(to_right,transparent,black_1.25rem)] pointer-fine:group-hover/row:flex',
        isOpen || isSelected ? 'bg-selected' : 'bg-hover',
      )}
    >
      {!['archive', 'spam', 'bin', 'sent'].includes(folder) && (
        <HoverButton label={actionsText.archive} onClick={act('archive')}>
          <Archive />
        </HoverButton>
      )}
      <HoverButton label={actionsText.delete} onClick={act('delete')}>
        <Trash2 />
      </HoverButton>
      <HoverButton
        label={isUnread ? actionsText.markRead : actionsText.markUnread}
        onClick={act(isUnread ? 'read' : 'unread')}
      >
        {isUnread ? <MailOpen /> : <Mail />}
      </HoverButton>
      <HoverButton
        label={thread.starred ? actionsText.unstar : actionsText.star}
        onClick={act(thread.starred ? 'unstar' : 'star')}
      >
        <Star className={thread.starred ? 'fill-star text-star' : undefined} />
      </HoverButton>
    </Cell>
  );
}

/** Without the tooltip of IconButton: four in each row would slow scrolling down. */
function HoverButton(props: { label: string; onClick: (event: MouseEvent) => void; children: ReactNode }) {
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label={props.label}
      title={props.label}
      onClick={props.onClick}
      className="flex size-7 items-center justify-center rounded-md text-muted hover:bg-line hover:text-ink [&_svg]:size-4"
    >
      {props.children}
    </button>
  );
}
