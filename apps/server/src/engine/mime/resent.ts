/**
 * A message that is sent on as it is (RFC 5322 §3.6.6): the Resent- fields stand before all others, and every octet after
 * them is what it was, so that signatures hold. Pure.
 */
import { type Address, assertSendable } from './addresses.ts';
import { addressField } from './header-encoding.ts';
import { requireId } from './message-header.ts';
import { headerDate } from './redate.ts';

export interface Resending {
  readonly from: Address;
  readonly to: readonly Address[];
  readonly cc?: readonly Address[] | undefined;
  readonly date: Date;
  readonly messageId: string;
}

/** Throws `MailError` INVALID_INPUT for what cannot stand in a header. Blind copies are of the envelope alone. */
export function resent(octets: Buffer, { from, to, cc = [], date, messageId }: Resending): Buffer {
  const lists = [
    ['Resent-From', [from]],
    ['Resent-To', to],
    ['Resent-Cc', cc],
  ] as const;
  const addresses = lists.flatMap(([name, list]) => (list.length === 0 ? [] : [addressField(name, list.map(clean))]));
  const fields = [
    `Resent-Date: ${headerDate(date)}\r\n`,
    ...addresses,
    `Resent-Message-ID: ${requireId(messageId)}\r\n`,
  ];
  return Buffer.concat([Buffer.from(fields.join('')), octets]);
}

function clean(address: Address): Address {
  assertSendable(address);
  const name = (address.name ?? '').replace(/\s+/gu, ' ').trim();
  return name === '' ? { email: address.email } : { name, email: address.email };
}
