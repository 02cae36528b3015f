/**
 * What a mail server holds, read with a client that is not ours: every mailbox, every UID, its flags and the header fields
 * that conversations are made of. The measure that the index is held against. Test code only.
 */
import type { connectImap } from '@postroom/mail-lab';

export type OtherClient = Awaited<ReturnType<typeof connectImap>>;

/** The header fields that link messages (RFC 5322 §3.6.4), ids without brackets. */
export interface LinkedHeader {
  readonly messageId: string;
  readonly inReplyTo: readonly string[];
  readonly references: readonly string[];
  readonly subject: string;
}

export interface ServerMessage {
  readonly uid: number;
  /** RFC 9051 §2.3.2 in lower case, sorted, without `\Recent`. */
  readonly flags: readonly string[];
  readonly size: number;
  readonly receivedAt: Date;
  readonly header: LinkedHeader;
}

export interface ServerMailbox {
  readonly path: string;
  /** Null: it cannot be selected. */
  readonly uidValidity: number | null;
  readonly messages: ReadonlyMap<number, ServerMessage>;
}

const idsIn = (text: string) => [...text.matchAll(/<([^<>]+)>/g)].map((found) => found[1] ?? '');

/** Reads the fields out of a header block; folded lines are joined. */
export function linkedHeaderOf(block: string): LinkedHeader {
  const lines = block.replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  const field = (name: string) => {
    const line = lines.find((one) => one.toLowerCase().startsWith(`${name}:`));
    return line === undefined ? '' : line.slice(name.length + 1).trim();
  };
  return {
    messageId: idsIn(field('message-id'))[0] ?? '',
    inReplyTo: idsIn(field('in-reply-to')),
    references: idsIn(field('references')),
    subject: field('subject'),
  };
}

/** Everything that can be selected, by path. */
export async function readServer(client: OtherClient): Promise<Map<string, ServerMailbox>> {
  const found = new Map<string, ServerMailbox>();
  for (const { path, flags } of await client.list()) {
    if (flags.has('\\Noselect') || flags.has('\\NonExistent')) continue;
    const { uidValidity, exists } = await client.mailboxOpen(path, { readOnly: true }).catch((error) => {
      // A deleted parent that LIST still shows: there is nothing in it.
      if (client.usable && /doesn't exist/.test(error.responseText)) return { uidValidity: null, exists: 0 };
      throw error;
    });
    const messages = new Map<number, ServerMessage>();
    const query = {
      uid: true,
      flags: true,
      size: true,
      internalDate: true,
      headers: ['message-id', 'in-reply-to', 'references', 'subject'],
    };
    for (const one of exists > 0 ? await client.fetchAll('1:*', query) : []) {
      messages.set(one.uid, {
        uid: one.uid,
        flags: [...(one.flags ?? [])]
          .map((flag) => flag.toLowerCase())
          .filter((flag) => flag !== '\\recent')
          .sort(),
        size: one.size ?? 0,
        receivedAt: new Date(one.internalDate ?? 0),
        header: linkedHeaderOf((one.headers ?? Buffer.alloc(0)).toString('latin1')),
      });
    }
    found.set(path, { path, uidValidity: uidValidity === null ? null : Number(uidValidity), messages });
  }
  return found;
}
