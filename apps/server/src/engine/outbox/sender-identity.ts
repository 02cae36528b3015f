/** Who a message is from: the identity that was chosen, with where its answers go, whether its writer gets a copy, and through which server it goes. */
import type { Address, SubmissionVia } from '@postroom/db';
import { MailError } from '../../lib/driver/errors.ts';
import { addressOf, createOwnAddresses } from '../answering/own-addresses.ts';
import { type IdentityRow, listIdentities } from '../index/identities.ts';
import type { Queryable } from '../index/sql.ts';
import type { Sender } from './enqueue.ts';

export interface SenderIdentity {
  readonly from: Address;
  readonly replyTo: readonly Address[];
  /** The writer gets a blind copy. */
  readonly bccSelf: boolean;
  /** Its own server; null: the account's. */
  readonly via: SubmissionVia | null;
}

/** The account's own address, one of its identities, or any of a catch-all's; nobody else's. */
export async function senderIdentity(
  sql: Queryable,
  sender: Sender,
  wanted: string | undefined,
): Promise<SenderIdentity> {
  const identities = await listIdentities(sql, sender);
  const own = createOwnAddresses<Pick<IdentityRow, 'name' | 'email'> & Partial<IdentityRow>>([
    ...identities,
    { name: sender.name, email: sender.email },
  ]);
  const asked = wanted ?? identities.find(({ is_default }) => is_default)?.email ?? sender.email;
  const exact = own.exact(asked);
  const found = exact ?? own.catchAll(asked);
  if (!found) {
    throw new MailError({
      code: 'INVALID_INPUT',
      message: 'This account cannot send from that address.',
      fix: 'Choose one of the account’s addresses, or add it as an identity first.',
    });
  }
  return {
    from: addressOf(found, exact?.email ?? asked),
    replyTo: found.reply_to ? [{ email: found.reply_to }] : [],
    bccSelf: found.bcc_self === true,
    via: found.id !== undefined && found.smtp ? { identityId: found.id, host: found.smtp.host } : null,
  };
}

/** The blind copies: those that were asked for, and the writer's, unless the message goes there already. */
export function withCopyToSelf(
  { from, bccSelf }: SenderIdentity,
  { to, cc = [], bcc = [] }: { readonly to: Address[]; readonly cc?: Address[]; readonly bcc?: Address[] },
): Address[] {
  const email = from.email.toLowerCase();
  const goesThere = [...to, ...cc, ...bcc].some((one) => one.email.toLowerCase() === email);
  return bccSelf && !goesThere ? [...bcc, from] : bcc;
}
