/**
 * APPEND (RFC 9051 §6.3.12), and REPLACE (RFC 8508), which takes an older message away in the same moment. A small message goes by imapflow; of a larger one no more is held than a piece: its octets
 * are written to the socket as they are read, when the server has agreed to its size. When they cannot be read to their
 * end the connection is closed, for nothing else can end a literal, and the server stores nothing.
 */
import { once } from 'node:events';
import type { Uid } from '@postroom/db';
import type { ImapFlow } from 'imapflow';
import { MailError } from '../../lib/driver/errors.ts';
import { type MessageSource, readAll } from '../mime/index.ts';
import { uidOf, uidValidityOf } from './convert.ts';
import { type Argument, internalsOf, type Response, textOf } from './internals.ts';
import { encodeMailboxName } from './mailbox-name.ts';
import type { AppendOutcome } from './types.ts';

const SMALL_OCTETS = 1024 * 1024;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export interface Appended {
  readonly path: string;
  readonly message: MessageSource;
  /** As they stand on the wire. */
  readonly flags: readonly string[];
  readonly internalDate?: Date | undefined;
  /** A message of the selected mailbox that goes with it; only where the server has REPLACE. */
  readonly replaces?: Uid | undefined;
}

/** Null: imapflow did not even ask. Throws what the server refuses it with. */
export async function append(client: ImapFlow, appended: Appended): Promise<AppendOutcome | null> {
  const { path, message, flags, internalDate, replaces } = appended;
  const limit = client.capabilities.get('APPENDLIMIT');
  if (typeof limit === 'number' && message.size > limit) throw tooLarge();
  if (message.size > SMALL_OCTETS || replaces !== undefined) return appendInPieces(client, appended);
  const answer = await client.append(path, await readAll(message), [...flags], internalDate);
  return answer ? { uid: uidOf(answer.uid), uidValidity: uidValidityOf(answer.uidValidity) } : null;
}

async function appendInPieces(
  client: ImapFlow,
  { path, message, flags, internalDate, replaces }: Appended,
): Promise<AppendOutcome> {
  const internals = internalsOf(client);
  let failure: unknown;
  const octets = checked(message, (error) => {
    failure = error;
  });
  const write = () => writeOctets(client, octets).catch(() => client.close());
  const name = client.enabled.has('UTF8=ACCEPT') ? path : encodeMailboxName(path);
  const args: Argument[] = [
    ...(replaces === undefined ? [] : [{ type: 'ATOM', value: String(replaces) } as const]),
    { type: 'STRING', value: name },
    flags.map((value) => ({ type: 'ATOM', value })),
    ...(internalDate ? [{ type: 'STRING', value: dateTime(internalDate) } as const] : []),
    { type: 'TEXT', value: `{${message.size}}` },
  ];
  try {
    // Not awaited: imapflow reads nothing while it waits for this, not even that the connection ended.
    let told: AppendOutcome | undefined;
    const reply = await internals.exec(replaces === undefined ? 'APPEND' : 'UID REPLACE', args, {
      onPlusTag: async () => void write(),
      // RFC 8508 §3.4: before what it replaces is said to be gone.
      untagged: {
        OK: async (response: Response) => {
          told = outcomeOf(response) ?? told;
        },
      },
    });
    reply.next();
    return outcomeOf(reply.response) ?? told ?? { uid: null, uidValidity: null };
  } catch (error) {
    throw failure === undefined ? withCode(error) : unreadable(failure);
  }
}

/** Tells of an error that is the message's own, and of one that is not as long as it was said to be. */
async function* checked(message: MessageSource, onError: (error: unknown) => void): AsyncGenerator<Buffer> {
  try {
    let left = message.size;
    for await (const piece of message.octets()) {
      left -= piece.length;
      if (left < 0) break;
      yield piece;
    }
    if (left !== 0) throw new Error('The message is not as long as it was said to be.');
  } catch (error) {
    onError(error);
    throw error;
  }
}

async function writeOctets(client: ImapFlow, octets: AsyncIterable<Buffer>): Promise<void> {
  const { writeSocket } = internalsOf(client);
  const closed = new AbortController();
  const onClose = () => closed.abort(new Error('The connection ended.'));
  client.once('close', onClose);
  try {
    for await (const piece of octets) {
      closed.signal.throwIfAborted();
      if (!writeSocket.write(piece)) await once(writeSocket, 'drain', { signal: closed.signal });
    }
    writeSocket.write('\r\n');
  } finally {
    client.off('close', onClose);
  }
}

/** The response code and what follows it (RFC 9051 §7.1). */
function codeOf(response: Response | undefined): (string | undefined)[] {
  const [first] = response?.attributes ?? [];
  return (first && 'section' in first ? (first.section ?? []) : []).map(textOf);
}

/** imapflow's own commands put it where errors are read (with-error-handler.ts). */
function withCode(error: unknown): unknown {
  const [serverResponseCode] = codeOf((error as { response?: Response }).response);
  return serverResponseCode === undefined ? error : Object.assign(error as Error, { serverResponseCode });
}

/** APPENDUID (RFC 4315 §3). */
function outcomeOf(response: Response | undefined): AppendOutcome | undefined {
  const [code, uidValidity, uid] = codeOf(response);
  if (code?.toUpperCase() !== 'APPENDUID') return undefined;
  return { uid: uidOf(Number(uid)), uidValidity: uidValidityOf(Number(uidValidity)) };
}

/** `date-time` (RFC 9051 §9). */
function dateTime(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = String(date.getUTCDate()).padStart(2, ' ');
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  return `${day}-${MONTHS[date.getUTCMonth()]}-${date.getUTCFullYear()} ${time} +0000`;
}

/** Not the server's doing, whatever the connection ended with. */
function unreadable(cause: unknown): MailError {
  if (cause instanceof MailError) return cause;
  return new MailError({
    code: 'INTERNAL',
    message: 'A message could not be read to be stored.',
    retryable: true,
    cause,
  });
}

function tooLarge(): MailError {
  return new MailError({
    code: 'MESSAGE_TOO_LARGE',
    message: 'The message is larger than the mail server keeps.',
    fix: 'Use fewer or smaller files.',
    on: 'imap',
  });
}
