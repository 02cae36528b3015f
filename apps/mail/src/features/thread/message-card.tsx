/** One message of a conversation: a line while collapsed, all of it when open. */
import {
  CornerUpRight,
  EllipsisVertical,
  Forward,
  Mail,
  Paperclip,
  Printer,
  Reply,
  ReplyAll,
  SquarePen,
  Star,
  Users,
} from 'lucide-react';
import { useState } from 'react';
import { Avatar } from '../../components/ui/avatar.tsx';
import { Button, IconButton } from '../../components/ui/button.tsx';
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from '../../components/ui/menu.tsx';
import type { ParsedMessage } from '../../lib/api.ts';
import { cn } from '../../lib/class-names.ts';
import { formatFullTime, formatListTime, nameOf } from '../../lib/format.ts';
import { threadText as text } from '../../lib/i18n/thread.ts';
import { editAsNewSeed, forwardAsFileSeed, openComposer, type ReplyMode } from '../compose/index.ts';
import { AttachmentList } from './attachment-list.tsx';
import { MessageBody } from './message-body.tsx';
import { MessageDetails } from './message-details.tsx';
import { SenderWarnings } from './sender-warnings.tsx';
import { rawUrl, SourceDialog } from './source-dialog.tsx';
import { unsubscribeUrl } from './unsubscribe.ts';

export interface MessageCardProps {
  message: ParsedMessage;
  own: ReadonlySet<string>;
  isOpen: boolean;
  isLast: boolean;
  onToggle: () => void;
  onRetry: () => void;
  onReply: (mode: ReplyMode) => void;
  onRedirect: () => void;
  onEditDraft: (draftId: string) => void;
  onMarkUnread: () => void;
  onPrint: () => void;
}

function snippetOf(message: ParsedMessage): string {
  return message.text.slice(0, 400).replace(/\s+/g, ' ').trim();
}

export function MessageCard(props: MessageCardProps) {
  const { message, own, isOpen, isLast, onToggle, onReply } = props;
  const [isSourceShown, setIsSourceShown] = useState(false);
  const sender = nameOf(message.sender);
  const state = message.state && text.states[message.state];
  const unsubscribe = unsubscribeUrl(message.listUnsubscribe);
  return (
    <article
      aria-label={text.messageFrame(sender)}
      data-testid="message"
      data-message-id={message.id}
      data-open={isOpen}
      className={cn('border-b last:border-b-0', isOpen ? 'py-4' : 'hover:bg-hover/60')}
    >
      <header className={cn('flex items-start gap-3 px-6 max-md:px-4', !isOpen && 'items-center py-2.5')}>
        <Avatar address={message.sender} />
        <div className="min-w-0 flex-1">
          <div className={cn('flex items-baseline gap-2', isOpen && 'max-md:flex-wrap max-md:gap-y-0')}>
            <h3
              className={cn(
                'max-w-[65%] shrink-0 truncate max-md:max-w-full',
                message.unread || isOpen ? 'font-semibold' : 'font-medium',
              )}
            >
              {isLast ? (
                sender
              ) : (
                <button
                  type="button"
                  className="rounded text-left hover:underline"
                  aria-expanded={isOpen}
                  aria-label={isOpen ? text.collapse : text.expand(sender)}
                  onClick={onToggle}
                >
                  {sender}
                </button>
              )}
            </h3>
            {isOpen && message.sender.name && (
              <span className="truncate text-xs text-muted select-text max-md:basis-full">{message.sender.email}</span>
            )}
            {message.isDraft && <span className="text-xs text-danger">{text.draft}</span>}
            {state && (
              <span className={cn('text-xs', message.state === 'failed' ? 'text-danger' : 'text-muted')}>{state}</span>
            )}
            {isOpen && unsubscribe && (
              <a
                className="shrink-0 text-xs text-muted underline hover:text-ink"
                href={unsubscribe}
                target="_blank"
                rel="noopener noreferrer"
              >
                {text.unsubscribe}
              </a>
            )}
          </div>
          {isOpen ? (
            <MessageDetails message={message} own={own} />
          ) : (
            <button
              type="button"
              tabIndex={-1}
              aria-hidden="true"
              className="block w-full truncate text-left text-xs text-muted"
              onClick={onToggle}
            >
              {snippetOf(message) || text.noBody}
            </button>
          )}
        </div>
        <div className="flex shrink-0 items-center gap-0.5">
          {!isOpen && message.attachments.some(({ inline }) => !inline) && (
            <Paperclip className="size-3.5 text-muted" aria-label={text.attachments(message.attachments.length)} />
          )}
          {message.starred && <Star aria-label="starred" className="mx-1 size-3.5 fill-star text-star" />}
          <time
            className="mr-1 text-xs text-muted tabular-nums"
            dateTime={message.receivedOn}
            title={formatFullTime(message.receivedOn)}
          >
            {isOpen && <span className="max-md:hidden">{formatFullTime(message.receivedOn)}</span>}
            <span className={cn(isOpen && 'md:hidden')}>{formatListTime(message.receivedOn)}</span>
          </time>
          {isOpen && (
            <>
              <span className="max-md:hidden">
                <IconButton label={text.reply} keys="r" onClick={() => onReply('reply')}>
                  <Reply />
                </IconButton>
              </span>
              <MessageMenu {...props} onSource={() => setIsSourceShown(true)} />
            </>
          )}
        </div>
      </header>
      {isOpen && (
        <div className="mt-3 px-6 md:pl-17 max-md:px-4" data-testid="message-body">
          <SenderWarnings warnings={message.warnings ?? []} />
          <MessageBody message={message} onRetry={props.onRetry} />
          <AttachmentList messageId={message.id} attachments={message.attachments} />
          {message.isDraft && message.draftId !== undefined && (
            <Button size="small" className="mt-3" onClick={() => message.draftId && props.onEditDraft(message.draftId)}>
              <SquarePen />
              {text.editDraft}
            </Button>
          )}
        </div>
      )}
      {isSourceShown && <SourceDialog messageId={message.id} onClose={() => setIsSourceShown(false)} />}
    </article>
  );
}

function MessageMenu(props: MessageCardProps & { onSource: () => void }) {
  const { message, onReply } = props;
  return (
    <Menu>
      <MenuTrigger asChild>
        <IconButton label={text.moreOfMessage}>
          <EllipsisVertical />
        </IconButton>
      </MenuTrigger>
      <MenuContent align="end">
        <MenuItem icon={<Reply />} keys="r" onSelect={() => onReply('reply')}>
          {text.reply}
        </MenuItem>
        <MenuItem icon={<ReplyAll />} keys="a" onSelect={() => onReply('replyAll')}>
          {text.replyAll}
        </MenuItem>
        {message.answer.list && (
          <MenuItem icon={<Users />} onSelect={() => onReply('replyList')}>
            {text.replyList}
          </MenuItem>
        )}
        <MenuItem icon={<Forward />} keys="f" onSelect={() => onReply('forward')}>
          {text.forward}
        </MenuItem>
        <MenuItem icon={<Paperclip />} keys="Shift+f" onSelect={() => openComposer(forwardAsFileSeed(message))}>
          {text.forwardAsFile}
        </MenuItem>
        <MenuItem icon={<CornerUpRight />} keys="Shift+r" onSelect={props.onRedirect}>
          {text.redirect}
        </MenuItem>
        <MenuItem icon={<SquarePen />} keys="Shift+e" onSelect={() => openComposer(editAsNewSeed(message))}>
          {text.editAsNew}
        </MenuItem>
        <MenuItem icon={<Mail />} keys="Shift+u" onSelect={props.onMarkUnread}>
          {text.markUnread}
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={<Printer />} keys="$mod+p" onSelect={props.onPrint}>
          {text.print}
        </MenuItem>
        <MenuItem onSelect={props.onSource}>{text.viewSource}</MenuItem>
        <MenuItem onSelect={() => window.location.assign(rawUrl(message.id))}>{text.download}</MenuItem>
      </MenuContent>
    </Menu>
  );
}
