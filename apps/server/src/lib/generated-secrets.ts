/**
 * Secrets for a server that keeps its database itself: made once, kept in DATA_DIR, readable by its owner only. Of two
 * processes that start at once one writes and both read the same: the file appears whole, by link, or not at all.
 */
import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface GeneratedSecrets {
  readonly betterAuthSecret: string;
  readonly credentialsKeys: string;
}

/** The secrets kept in the folder, made if there are none. */
export function ensureGeneratedSecrets(dataDir: string): GeneratedSecrets {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  return {
    betterAuthSecret: ensure(join(dataDir, 'better-auth-secret'), () => randomBytes(32).toString('base64url')),
    credentialsKeys: ensure(join(dataDir, 'credentials-keys'), () => `1:${randomBytes(32).toString('base64')}`),
  };
}

function ensure(file: string, make: () => string): string {
  const found = read(file);
  if (found !== null) return found;
  const temporary = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(temporary, `${make()}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(temporary, file);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    unlinkSync(temporary);
  }
  const written = read(file);
  if (written === null) throw new Error(`${file} is empty: restore it from a backup, or remove it to begin anew.`);
  return written;
}

function read(file: string): string | null {
  try {
    const text = readFileSync(file, 'utf8').trim();
    if (text === '') throw new Error(`${file} is empty: restore it from a backup, or remove it to begin anew.`);
    return text;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
