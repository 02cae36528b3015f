/**
 * A message as it is kept until it is sent: its octets without the files, and where in them each file stands. A file goes
 * in as base64 (RFC 2045 §6.8), which is the same each time, so that what is sent, sent again and filed are one message,
 * and none of it ever lies in memory whole. Pure but for the reading of files, which is the caller's.
 */
import { type Structure, structureFromParts } from './bodystructure.ts';
import { lineAt } from './headers.ts';
import { type MimePart, splitParts } from './parts.ts';

/** A file of it. `at`: the octet of `octets` before which its base64 stands. */
export interface FrozenFile {
  readonly uploadId: string;
  /** Decoded. */
  readonly size: number;
  readonly at: number;
}

export interface FrozenMessage {
  readonly octets: Buffer;
  /** In the order in which they stand. */
  readonly files: readonly FrozenFile[];
}

/** A message to be handed over: so many octets, which may be read more than once and are the same each time. */
export interface MessageSource {
  readonly size: number;
  octets(): AsyncIterable<Buffer>;
}

export type ReadFile = (uploadId: string) => AsyncIterable<Uint8Array>;

/** 76 characters, the most of a line. */
const LINE_OCTETS = 57;
const LINE_CHARACTERS = 76;

/** Octets of so many in base64, in lines, without a line break at the end. */
export function base64Size(size: number): number {
  const characters = Math.ceil(size / 3) * 4;
  return characters + 2 * Math.max(0, Math.ceil(characters / LINE_CHARACTERS) - 1);
}

/** Octets of the whole message. */
export function frozenSize({ octets, files }: FrozenMessage): number {
  return files.reduce((sum, { size }) => sum + base64Size(size), octets.length);
}

/** The whole message. Throws when a file is not as long as it was: what was announced must be what comes. */
export function sourceOf(frozen: FrozenMessage, read: ReadFile): MessageSource {
  const { octets, files } = frozen;
  return {
    size: frozenSize(frozen),
    async *octets() {
      let position = 0;
      for (const { uploadId, size, at } of files) {
        yield octets.subarray(position, at);
        position = at;
        let length = 0;
        for await (const piece of toBase64(read(uploadId))) {
          length += piece.length;
          yield piece;
        }
        if (length !== base64Size(size)) throw new Error('A file that is to be sent is not whole.');
      }
      yield octets.subarray(position);
    },
  };
}

/** A message that is whole in memory. */
export function sourceOfBuffer(octets: Buffer): MessageSource {
  return {
    size: octets.length,
    async *octets() {
      yield octets;
    },
  };
}

export async function readAll(source: MessageSource): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of source.octets()) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** As it is transmitted: without Bcc and without our own bookkeeping fields (`X-Postroom-…`). */
export function transmitted({ octets, files }: FrozenMessage): FrozenMessage {
  const kept: Buffer[] = [];
  let position = 0;
  let dropped = 0;
  let isDropping = false;
  while (position < octets.length) {
    const line = lineAt(octets, position);
    if (line.end === line.start) break;
    const isFolded = octets[line.start] === 0x20 || octets[line.start] === 0x09;
    if (!isFolded) {
      const name = octets.subarray(line.start, line.start + 80).toString('latin1');
      isDropping = /^(?:bcc|resent-bcc|x-postroom-[a-z-]+)\s*:/i.test(name);
    }
    if (isDropping) dropped += line.next - position;
    else kept.push(octets.subarray(line.start, line.next));
    position = line.next;
  }
  return {
    octets: Buffer.concat([...kept, octets.subarray(position)]),
    files: files.map((file) => ({ ...file, at: file.at - dropped })),
  };
}

/** BODYSTRUCTURE of the whole message, as a server will tell it. */
export function structureOfFrozen({ octets, files }: FrozenMessage): Structure {
  const sizes = new Map(
    files.flatMap(({ at, size }) => {
      const part = leafAt(splitParts(octets).root, at)?.part;
      return part === undefined ? [] : [[part, base64Size(size)] as const];
    }),
  );
  const grow = (node: Structure): Structure => ({
    ...node,
    ...(sizes.has(node.part) && node.size !== undefined ? { size: node.size + (sizes.get(node.part) ?? 0) } : {}),
    ...(node.children ? { children: node.children.map(grow) } : {}),
  });
  return grow(structureFromParts(splitParts(octets).root));
}

/** The file that is a part of it, by the part's IMAP number. */
export function fileOfPart({ octets, files }: FrozenMessage, part: string): FrozenFile | undefined {
  const { root } = splitParts(octets);
  return files.find(({ at }) => leafAt(root, at)?.part === part);
}

function leafAt(node: MimePart, at: number): MimePart | undefined {
  if (at < node.bodyStart || at > node.end) return undefined;
  if (node.children.length === 0) return node;
  for (const child of node.children) {
    const leaf = leafAt(child, at);
    if (leaf) return leaf;
  }
  return undefined;
}

/** Lines of base64 with CRLF between them. Line by line: a string of the whole piece would be garbage that stays long. */
async function* toBase64(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let isFirst = true;
  const lines = (octets: Buffer): Buffer => {
    const encoded = Buffer.allocUnsafe(base64Size(octets.length) + (isFirst ? 0 : 2));
    let end = 0;
    for (let at = 0; at < octets.length; at += LINE_OCTETS) {
      if (!isFirst) end += encoded.write('\r\n', end, 'latin1');
      end += encoded.write(octets.toString('base64', at, Math.min(at + LINE_OCTETS, octets.length)), end, 'latin1');
      isFirst = false;
    }
    return encoded;
  };
  for await (const piece of pieces) {
    const octets = rest.length === 0 ? Buffer.from(piece) : Buffer.concat([rest, piece]);
    const whole = octets.length - (octets.length % LINE_OCTETS);
    rest = octets.subarray(whole);
    if (whole > 0) yield lines(octets.subarray(0, whole));
  }
  if (rest.length > 0) yield lines(rest);
}
