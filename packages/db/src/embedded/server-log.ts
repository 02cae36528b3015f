/**
 * The embedded server's log file, bounded: the server appends to it by itself (a pipe through us would hold it up
 * when we are busy, and break when we die), we look at its size now and then and keep one older piece.
 */
import { closeSync, copyFileSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';

const CHECK_EVERY_MS = 60_000;

export interface ServerLog {
  /** open for appending, to be handed to the server */
  descriptor: number;
  /** what was written since this log was opened, its end only */
  tail(): string;
  close(): void;
}

/** Opens the log file; never much more than twice `maxBytes` on disk. */
export function openServerLog(path: string, maxBytes = 4 * 1024 * 1024): ServerLog {
  const descriptor = openSync(path, 'a+', 0o600);
  const bound = () => {
    if (fstatSync(descriptor).size <= maxBytes) return;
    copyFileSync(path, `${path}.1`);
    ftruncateSync(descriptor, 0);
  };
  bound();
  const start = fstatSync(descriptor).size;
  const timer = setInterval(bound, CHECK_EVERY_MS);
  timer.unref();
  return {
    descriptor,
    tail() {
      const { size } = fstatSync(descriptor);
      const from = Math.max(Math.min(start, size), size - 4000);
      const buffer = Buffer.alloc(size - from);
      readSync(descriptor, buffer, 0, buffer.length, from);
      return buffer.toString('utf8').trim();
    },
    close() {
      clearInterval(timer);
      closeSync(descriptor);
    },
  };
}
