/** Who wrote to whom, when, and what the server found out about the sender. */
import { ChevronDown } from 'lucide-react';
import { Popover } from 'radix-ui';
import { panel } from '../../components/ui/menu.tsx';
import type { Address, ParsedMessage } from '../../lib/api.ts';
import { formatAddress, formatFullTime, nameOf } from '../../lib/format.ts';
import { threadText as text } from '../../lib/i18n/thread.ts';

const MAX_NAMES = 4;

function recipientLine(message: ParsedMessage, own: ReadonlySet<string>): string {
  const all = [...message.to, ...message.cc, ...message.bcc];
  const names = all.slice(0, MAX_NAMES).map((one) => (own.has(one.email.toLowerCase()) ? text.me : nameOf(one)));
  return text.to(names.join(', ') + (all.length > MAX_NAMES ? ` +${all.length - MAX_NAMES}` : ''));
}

export function MessageDetails({ message, own }: { message: ParsedMessage; own: ReadonlySet<string> }) {
  const join = (addresses: readonly Address[] | undefined) => (addresses ?? []).map(formatAddress).join(', ');
  const checks = Object.entries(message.authentication ?? {}).map(
    ([name, result]) => `${name.toUpperCase()}: ${result}`,
  );
  const rows: [string, string][] = [
    [text.from, formatAddress(message.sender)],
    [text.replyTo, join(message.replyTo)],
    [text.toField, join(message.to)],
    [text.cc, join(message.cc)],
    [text.bcc, join(message.bcc)],
    [text.date, message.date ? formatFullTime(message.date) : ''],
    [text.received, formatFullTime(message.receivedOn)],
    [text.subject, message.subject],
    [text.checks, checks.join(' · ')],
    [text.messageId, message.messageId ?? ''],
  ];
  return (
    <Popover.Root>
      <Popover.Trigger
        className="flex min-w-0 items-center gap-1 rounded text-xs text-muted hover:text-ink"
        aria-label={text.details}
        onClick={(event) => event.stopPropagation()}
      >
        <span className="truncate">{recipientLine(message, own)}</span>
        <ChevronDown className="size-3 shrink-0" aria-hidden="true" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content align="start" sideOffset={6} collisionPadding={8} className={`${panel} max-w-lg p-3 text-xs`}>
          <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
            {rows
              .filter(([, value]) => value !== '')
              .map(([name, value]) => (
                <div key={name} className="contents">
                  <dt className="text-muted">{name}</dt>
                  <dd className="[overflow-wrap:anywhere] select-text">{value}</dd>
                </div>
              ))}
          </dl>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
