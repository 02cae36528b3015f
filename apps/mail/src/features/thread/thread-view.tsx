/** A conversation: what was read is collapsed, the last message is open, an answer is written below it. */
import { useQuery } from '@tanstack/react-query';
import { ArrowLeft, BellRing, Forward, Reply, ReplyAll, Unplug } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Button, IconButton } from '../../components/ui/button.tsx';
import { Empty } from '../../components/ui/empty.tsx';
import { Spinner } from '../../components/ui/spinner.tsx';
import {
  type Connection,
  type Conversation,
  failureOf,
  type ParsedMessage,
  type ThreadSummary,
  trpc,
} from '../../lib/api.ts';
import { useStore } from '../../lib/external-store.ts';
import { threadText as text } from '../../lib/i18n/thread.ts';
import { useCommands } from '../../lib/keyboard/index.ts';
import {
  ActionBar,
  type Picker,
  reminderTimes,
  type SimpleAction,
  type ThreadAction,
  TimeDialog,
} from '../actions/index.ts';
import {
  type ComposeSeed,
  draftsInHand,
  editAsNewSeed,
  forwardAsFileSeed,
  hasMore,
  InlineComposer,
  openComposer,
  openDraft,
  RedirectDialog,
  type ReplyMode,
  replySeed,
} from '../compose/index.ts';
import { LabelChip } from '../labels/index.ts';
import { MessageCard } from './message-card.tsx';
import { usePrint } from './use-print.ts';
import { useReminder } from './use-reminder.ts';
import { WaitingLines } from './waiting-lines.tsx';

export interface ThreadViewProps {
  threadId: string;
  folder: string;
  summary: ThreadSummary | undefined;
  connections: readonly Connection[];
  onBack: (() => void) | undefined;
  onAct: (action: SimpleAction) => void;
  onChange: (action: ThreadAction, options?: { isQuiet?: boolean }) => void;
  onPick: (picker: Picker) => void;
}

/** Open at first: the last message, and whatever is unread or still going out. */
export function initiallyOpen(messages: readonly ParsedMessage[]): Set<string> {
  const last = messages.findLast(({ isDraft }) => !isDraft) ?? messages.at(-1);
  return new Set(messages.filter((one) => one === last || one.unread || one.state === 'failed').map(({ id }) => id));
}

export function ThreadView(props: ThreadViewProps) {
  const { threadId, folder, summary, onBack, onAct, onPick } = props;
  const conversation = useQuery(trpc.mail.get.queryOptions({ id: threadId, folder }));
  const { data, error } = conversation;
  const [isReminding, setIsReminding] = useState(false);
  const setReminder = useReminder(threadId, data?.remindAt);
  const isWritten = data?.messages.some((one) => !one.isDraft && isOwn(props.connections, one)) === true;
  useCommands({ remind: isWritten ? () => setIsReminding(true) : undefined });
  const isGone = error !== null && ['MESSAGE_NOT_FOUND', 'MAILBOX_NOT_FOUND'].includes(failureOf(error).code ?? '');
  const subject = data?.messages.at(0)?.subject || summary?.subject || text.noSubject;
  const labels = data?.labels ?? summary?.labels ?? [];
  return (
    <section aria-labelledby="thread-subject" className="flex h-full flex-col" data-testid="thread-view">
      <div className="flex h-11 shrink-0 items-center gap-1 border-b px-2 md:px-4">
        {onBack && (
          <IconButton label={text.back} keys="u" onClick={onBack}>
            <ArrowLeft />
          </IconButton>
        )}
        <div className="min-w-0 overflow-x-auto md:-ml-1.5">
          <ActionBar
            folder={folder}
            hasUnread={data?.hasUnread ?? (summary?.unreadCount ?? 0) > 0}
            isStarred={data?.messages.some(({ starred }) => starred) ?? summary?.starred ?? false}
            onAct={onAct}
            onPick={onPick}
          />
        </div>
        {isWritten && (
          <IconButton
            label={text.remind}
            keys="Shift+b"
            isActive={data?.remindAt !== undefined}
            onClick={() => setIsReminding(true)}
          >
            <BellRing />
          </IconButton>
        )}
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
        <div className="mx-auto max-w-4xl">
          <div className="flex flex-wrap items-center gap-x-2 gap-y-1 px-6 pt-5 pb-3 max-md:px-4">
            <h2 id="thread-subject" className="text-lg leading-6 font-semibold [overflow-wrap:anywhere] select-text">
              {subject}
            </h2>
            {labels.map((label) => (
              <LabelChip
                key={label.id}
                label={label}
                onRemove={() => props.onChange({ type: 'labels', ids: [threadId], add: [], remove: [label] })}
              />
            ))}
          </div>
          {data && (
            <WaitingLines
              conversation={data}
              onSnooze={() => onPick('snooze')}
              onWake={() => onAct('unsnooze')}
              onRemind={() => setIsReminding(true)}
              onForget={() => setReminder(undefined)}
            />
          )}
          {data ? (
            <Messages key={threadId} {...props} conversation={data} onRetry={() => void conversation.refetch()} />
          ) : error ? (
            <div className="py-16">
              <Empty
                icon={<Unplug />}
                title={isGone ? text.notFound : failureOf(error).message}
                action={!isGone && <Button onClick={() => conversation.refetch()}>{text.retry}</Button>}
              >
                {isGone ? undefined : failureOf(error).fix}
              </Empty>
            </div>
          ) : (
            <div className="flex justify-center py-16">
              <Spinner label={text.loading} />
            </div>
          )}
        </div>
      </div>
      <TimeDialog
        isOpen={isReminding}
        onOpenChange={setIsReminding}
        title={text.remindTitle}
        confirmLabel={text.remindSet}
        times={reminderTimes}
        current={data?.remindAt === undefined ? undefined : new Date(data.remindAt)}
        clear={{ label: text.forgetReminder, onClear: () => setReminder(undefined) }}
        onPick={setReminder}
      />
    </section>
  );
}

const isOwn = (connections: readonly Connection[], { sender }: ParsedMessage) =>
  connections.some(({ email }) => email.toLowerCase() === sender.email.toLowerCase());

function Messages(props: ThreadViewProps & { conversation: Conversation; onRetry: () => void }) {
  const { conversation, connections, threadId, onChange } = props;
  const inHand = useStore(draftsInHand);
  const messages = useMemo(
    () => conversation.messages.filter(({ draftId }) => draftId === undefined || !inHand.has(draftId)),
    [conversation.messages, inHand],
  );
  const own = useMemo(() => new Set(connections.map(({ email }) => email.toLowerCase())), [connections]);
  const [open, setOpen] = useState(() => initiallyOpen(messages));
  const [reply, setReply] = useState<ComposeSeed>();
  const print = usePrint(messages[0]?.subject || text.noSubject);
  const [redirecting, setRedirecting] = useState<ParsedMessage>();
  const known = useRef(new Set(messages.map(({ id }) => id)));

  // Reading marks as read, once for what is new; that is nothing one would want back by an undo.
  const hasUnread = messages.some(({ unread }) => unread);
  const read = useRef('');
  const newest = messages.at(-1)?.id ?? '';
  useEffect(() => {
    if (!hasUnread || read.current === newest) return;
    read.current = newest;
    onChange({ type: 'read', ids: [threadId] }, { isQuiet: true });
  }, [hasUnread, newest, threadId, onChange]);

  // A message that arrives while one reads opens by itself.
  useEffect(() => {
    const arrived = messages.filter(({ id }) => !known.current.has(id));
    if (arrived.length === 0) return;
    for (const { id } of arrived) known.current.add(id);
    setOpen((current) => new Set([...current, ...arrived.map(({ id }) => id)]));
  }, [messages]);

  const toggle = (id: string) =>
    setOpen((current) => {
      const next = new Set(current);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const answer = (message: ParsedMessage | undefined, mode: ReplyMode) => {
    if (message) setReply(replySeed(message, mode));
  };
  const last = messages.findLast(({ isDraft }) => !isDraft) ?? messages.at(-1);
  useCommands({
    reply: () => answer(last, 'reply'),
    replyAll: () => answer(last, 'replyAll'),
    forward: () => answer(last, 'forward'),
    print: () => print(messages.filter(({ id }) => open.has(id))),
    forwardAsFile: () => last && openComposer(forwardAsFileSeed(last)),
    redirect: () => setRedirecting(last),
    editAsNew: () => last && openComposer(editAsNewSeed(last)),
    nextMessage: () => focusMessage(1),
    previousMessage: () => focusMessage(-1),
  });
  return (
    <>
      {messages.map((message) => (
        <MessageCard
          key={message.id}
          message={message}
          own={own}
          isOpen={open.has(message.id)}
          isLast={messages.length === 1}
          onToggle={() => toggle(message.id)}
          onRetry={props.onRetry}
          onReply={(mode) => answer(message, mode)}
          onRedirect={() => setRedirecting(message)}
          onEditDraft={(draftId) => void openDraft(draftId)}
          onMarkUnread={() => props.onAct('unread')}
          onPrint={() => print([message])}
        />
      ))}
      {redirecting && <RedirectDialog message={redirecting} onClose={() => setRedirecting(undefined)} />}
      <div className="px-6 pt-2 pb-10 md:pl-17 max-md:px-4">
        {reply ? (
          <InlineComposer key={reply.key} seed={reply} onClose={() => setReply(undefined)} />
        ) : (
          <div className="flex flex-wrap gap-2">
            <Button onClick={() => answer(last, 'reply')}>
              <Reply />
              {text.reply}
            </Button>
            {last && hasMore(last) && (
              <Button onClick={() => answer(last, 'replyAll')}>
                <ReplyAll />
                {text.replyAll}
              </Button>
            )}
            <Button onClick={() => answer(last, 'forward')}>
              <Forward />
              {text.forward}
            </Button>
          </div>
        )}
      </div>
    </>
  );
}

/** Puts the focus on the next or previous message's header. */
function focusMessage(by: 1 | -1): void {
  const headers = [...document.querySelectorAll<HTMLElement>('[data-testid="message"] h3 button')];
  const current = headers.findIndex((header) => header.isSameNode(document.activeElement));
  const next = headers[current === -1 ? (by === 1 ? 0 : headers.length - 1) : current + by];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}
