/**
 * All files of a message as one ZIP archive, made while it is sent: one file is open at a time, none lies in memory.
 * Names are safe ones (engine/mime/filenames.ts), and each is there once. Nothing is compressed: what is attached mostly
 * is already, and a server that inflates and deflates for others is kept busy by them.
 */
import type { Readable } from 'node:stream';
import { makeZip } from 'client-zip';
import { safeFilename } from '../engine/mime/index.ts';
import type { Attachment } from '../lib/driver/schemas.ts';
import type { AttachmentStream } from '../lib/driver/types.ts';

/** The archive's octets. `open` is called when a file's turn comes. Whoever goes away closes the file that is open. */
export function zipOf(
  attachments: readonly Attachment[],
  open: (attachmentId: string) => Promise<AttachmentStream>,
  { lastModified, signal }: { readonly lastModified: Date; readonly signal: AbortSignal },
): ReadableStream<Uint8Array> {
  const names = distinctNames(attachments.map(({ filename, mimeType }) => safeFilename(filename, mimeType)));
  async function* files() {
    for (const [at, { attachmentId }] of attachments.entries()) {
      const { stream } = await open(attachmentId);
      signal.addEventListener('abort', () => stream.destroy(), { once: true });
      yield { name: names[at] ?? attachmentId, lastModified, input: octets(stream) };
    }
  }
  return makeZip(files());
}

async function* octets(stream: Readable): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) yield new Uint8Array(chunk as Buffer);
}

/** `plan.pdf`, `plan (2).pdf`: as names are told apart where they are unpacked, without regard to case. */
export function distinctNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const dot = name.lastIndexOf('.');
    const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
    let free = name;
    for (let count = 2; taken.has(free.toLowerCase()); count += 1) free = `${stem} (${count})${extension}`;
    taken.add(free.toLowerCase());
    return free;
  });
}
