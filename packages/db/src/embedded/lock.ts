/**
 * One app at a time on a data directory. The lock is a record lock of the operating system on `app.lock`, which
 * SQLite takes for us (Node itself has no call for it): the kernel lets go of it when the process ends, however it
 * ends, so there is no stale lock to guess about; and it holds between containers that share the directory, where a
 * process id or an abstract socket says nothing.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EmbeddedPostgresError } from './errors.ts';

export interface DirectoryLock {
  release(): void;
}

const SQLITE_BUSY = 5;

/** Takes the lock of `directory` (made if it is not there) or throws `IN_USE` at once. */
export function lockDirectory(directory: string): DirectoryLock {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const holderFile = join(directory, 'app.pid');
  const database = new DatabaseSync(join(directory, 'app.lock'));
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) throw inUse(directory, readHolder(holderFile), error);
    throw error;
  }
  writeFileSync(holderFile, `${process.pid}\n`, { mode: 0o600 });
  return { release: () => database.isOpen && database.close() };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

function readHolder(holderFile: string): string {
  try {
    const pid = readFileSync(holderFile, 'utf8').trim();
    return /^\d+$/.test(pid) ? ` (process ${pid})` : '';
  } catch {
    return ''; // it has the lock but has not written its id yet
  }
}

function inUse(directory: string, holder: string, cause: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'IN_USE',
    `Postroom is already running on ${directory}${holder}. Stop it first, or give this one its own DATA_DIR; ` +
      'to run several processes on the same mail, set DATABASE_URL.',
    { cause },
  );
}
