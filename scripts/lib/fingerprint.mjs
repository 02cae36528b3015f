/** Whether files have changed since a step was last done: a hash of their names and contents, kept beside its result. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root, stateFolder } from './workspace.mjs';

const IGNORED = new Set(['node_modules', 'dist', '.turbo']);

/** Hash of files and folders (paths from the root; what is not there counts as not there). */
export function fingerprint(paths, salt = '') {
  const hash = createHash('sha256').update(salt);
  for (const file of paths.flatMap((path) => listFiles(join(root, path)))) {
    hash.update(`\0${relative(root, file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

export function readStamp(name) {
  const file = join(stateFolder, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

export function writeStamp(name, value) {
  const file = join(stateFolder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, value);
}

/** All files under a path, sorted, without tests and what is built. */
export function listFiles(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => !IGNORED.has(name) && !/\.test\.tsx?$/.test(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const child = join(path, entry.name);
      return entry.isDirectory() ? listFiles(child) : [child];
    });
}
