/** Who an answer goes to and from, as the server says (`ParsedMessage.answer`), and what its subject is. Pure. */
import type { Address, ParsedMessage } from '../../lib/api.ts';

export type ReplyMode = 'reply' | 'replyAll' | 'replyList' | 'forward';

export interface Recipients {
  to: Address[];
  cc: Address[];
}

export function replyRecipients({ answer }: Pick<ParsedMessage, 'answer'>, mode: ReplyMode): Recipients {
  switch (mode) {
    case 'forward':
      return { to: [], cc: [] };
    case 'reply':
      return { to: answer.to, cc: [] };
    case 'replyAll':
      return answer.all;
    case 'replyList':
      return { to: answer.list ? [answer.list] : answer.all.to, cc: [] };
  }
}

/** Whether a reply to all goes to more than a reply does. */
export function hasMore({ answer }: Pick<ParsedMessage, 'answer'>): boolean {
  return answer.all.to.length + answer.all.cc.length > answer.to.length;
}

const PREFIX = /^\s*(?:re|aw|sv|antw|fwd?|wg|tr|rv)\s*(?:\[\d+\])?\s*:\s*/i;

/** `Re:` or `Fwd:` once, whatever stands there already. */
export function replySubject(subject: string, mode: ReplyMode): string {
  let bare = subject;
  while (PREFIX.test(bare)) bare = bare.replace(PREFIX, '');
  return `${mode === 'forward' ? 'Fwd' : 'Re'}: ${bare.trim()}`.trim();
}
