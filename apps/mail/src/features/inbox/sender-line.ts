/** Who takes part in a conversation, as one line. Pure. */
import type { Address } from '../../lib/api.ts';
import { nameOf, shortNameOf } from '../../lib/format.ts';
import { inboxText } from '../../lib/i18n/inbox.ts';

const MAX_NAMES = 3;

/** One sender by the whole name, several by their short ones; one's own address is `me`. */
export function senderLine(senders: readonly Address[], own: ReadonlySet<string>): string {
  const isOwn = (address: Address) => own.has(address.email.toLowerCase());
  const unique = senders.filter(
    (one, index) => senders.findIndex((other) => other.email.toLowerCase() === one.email.toLowerCase()) === index,
  );
  const [only] = unique;
  if (only === undefined) return inboxText.unknownSender;
  if (unique.length === 1) return isOwn(only) ? inboxText.me : nameOf(only);
  const names = unique.map((one) => (isOwn(one) ? inboxText.me : shortNameOf(one)));
  if (names.length <= MAX_NAMES) return names.join(', ');
  return [names[0], '…', ...names.slice(-(MAX_NAMES - 1))].join(', ').replace(', …,', ' …');
}
