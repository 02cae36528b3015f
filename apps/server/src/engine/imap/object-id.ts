/** MAILBOXID of a mailbox that is not selected (RFC 8474 §4.2), by STATUS. imapflow's STATUS knows no such item. */
import type { ImapFlow } from 'imapflow';
import { encodeMailboxName } from './mailbox-name.ts';

type Argument = { readonly type: 'ATOM' | 'STRING'; readonly value: string } | readonly Argument[];
type Answered = { readonly value?: unknown } | readonly Answered[];

interface Internals {
  exec(
    command: string,
    args: readonly Argument[],
    options: { untagged: { STATUS: (untagged: { attributes?: readonly Answered[] }) => Promise<void> } },
  ): Promise<{ next(): void }>;
}

/** Null when the server does not say. Not for the selected mailbox. */
export async function objectIdOf(client: ImapFlow, path: string): Promise<string | null> {
  let found: string | null = null;
  const name = client.enabled.has('UTF8=ACCEPT') ? path : encodeMailboxName(path);
  const args: Argument[] = [{ type: 'STRING', value: name }, [{ type: 'ATOM', value: 'MAILBOXID' }]];
  const response = await (client as unknown as Internals).exec('STATUS', args, {
    untagged: {
      STATUS: async ({ attributes }) => {
        const items = attributes?.[1];
        if (Array.isArray(items)) found = idAmong(items);
      },
    },
  });
  response.next();
  return found;
}

/** `MAILBOXID (id)` in a list of names and values. */
function idAmong(items: readonly Answered[]): string | null {
  const at = items.findIndex((item) => !Array.isArray(item) && textOf(item).toUpperCase() === 'MAILBOXID');
  const value = items[at + 1];
  if (at < 0 || !Array.isArray(value) || value[0] === undefined) return null;
  return textOf(value[0]) || null;
}

function textOf(item: Answered): string {
  if (Array.isArray(item)) return '';
  const { value } = item as { readonly value?: unknown };
  return typeof value === 'string' ? value : '';
}
