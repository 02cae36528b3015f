/** MAILBOXID of a mailbox that is not selected (RFC 8474 §4.2), by STATUS. imapflow's STATUS knows no such item. */
import type { ImapFlow } from 'imapflow';
import { type Argument, internalsOf, type Piece, type Response, textOf } from './internals.ts';
import { encodeMailboxName } from './mailbox-name.ts';

/** Null when the server does not say. Not for the selected mailbox. */
export async function objectIdOf(client: ImapFlow, path: string): Promise<string | null> {
  let found: string | null = null;
  const name = client.enabled.has('UTF8=ACCEPT') ? path : encodeMailboxName(path);
  const args: Argument[] = [{ type: 'STRING', value: name }, [{ type: 'ATOM', value: 'MAILBOXID' }]];
  const response = await internalsOf(client).exec('STATUS', args, {
    untagged: {
      STATUS: async ({ attributes }: Response) => {
        const items = attributes?.[1];
        if (Array.isArray(items)) found = idAmong(items);
      },
    },
  });
  response.next();
  return found;
}

/** `MAILBOXID (id)` in a list of names and values. */
function idAmong(items: readonly Piece[]): string | null {
  const at = items.findIndex((item) => textOf(item)?.toUpperCase() === 'MAILBOXID');
  const value = items[at + 1];
  return at >= 0 && Array.isArray(value) ? textOf(value[0]) || null : null;
}
