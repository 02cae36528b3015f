/** Who an answer goes to, and what its subject is. Pure. */
import type { Address, ParsedMessage } from '../../lib/api.ts';
import { withAddresses } from './addresses.ts';

export type ReplyMode = 'reply' | 'replyAll' | 'forward';

export interface Recipients {
  to: Address[];
  cc: Address[];
}

/**
 * A reply goes to Reply-To, else to the sender; an answer to one's own message goes to whom that went. Reply to all
 * adds everybody else, oneself left out.
 */
export function replyRecipients(
  message: Pick<ParsedMessage, 'sender' | 'replyTo' | 'to' | 'cc'>,
  mode: ReplyMode,
  own: ReadonlySet<string>,
): Recipients {
  if (mode === 'forward') return { to: [], cc: [] };
  const isOwn = ({ email }: Address) => own.has(email.toLowerCase());
  const isMine = isOwn(message.sender);
  const direct = message.replyTo && message.replyTo.length > 0 ? message.replyTo : [message.sender];
  const to = isMine ? message.to : direct;
  if (mode === 'reply') return { to: withAddresses([], to), cc: [] };
  const others = (addresses: readonly Address[]) => addresses.filter((one) => !isOwn(one));
  const everybody = withAddresses([], isMine ? to : [...to, ...others(message.to)]);
  const known = new Set(everybody.map(({ email }) => email.toLowerCase()));
  return {
    to: everybody,
    cc: withAddresses([], others(message.cc)).filter(({ email }) => !known.has(email.toLowerCase())),
  };
}

const PREFIX = /^\s*(?:re|aw|sv|antw|fwd?|wg|tr|rv)\s*(?:\[\d+\])?\s*:\s*/i;

/** `Re:` or `Fwd:` once, whatever stands there already. */
export function replySubject(subject: string, mode: ReplyMode): string {
  let bare = subject;
  while (PREFIX.test(bare)) bare = bare.replace(PREFIX, '');
  return `${mode === 'forward' ? 'Fwd' : 'Re'}: ${bare.trim()}`.trim();
}

/** The address of ours that the message came to, to answer from it. */
export function deliveredTo(
  message: Pick<ParsedMessage, 'to' | 'cc' | 'bcc' | 'sender'>,
  aliases: readonly string[],
): string | undefined {
  const named = new Set(
    [...message.to, ...message.cc, ...message.bcc, message.sender].map(({ email }) => email.toLowerCase()),
  );
  return aliases.find((alias) => named.has(alias.toLowerCase()));
}
