/**
 * Cyrus and Courier for the long checks. Debian lets only one IMAP server be installed, so their packages are unpacked
 * into a folder of their own and run from there; nothing of the machine changes.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './processes.mjs';
import { saying } from './say.mjs';
import { root } from './workspace.mjs';

const FOLDER = join(root, 'node_modules', '.cache', 'mail-servers');
const CYRUS = [
  'cyrus-common',
  'cyrus-imapd',
  'sasl2-bin',
  'libsasl2-modules-db',
  'libical3',
  'libpcre3',
  'libxapian30',
];
const CYRUS_LIBRARIES = ['libzephyr4', 'libclamav12', 'libmspack0'];
const COURIER = ['courier-base', 'courier-imap', 'courier-authlib', 'libcourier-unicode4', 'libidn12', 'libgamin0'];

/** The folder with both of them, fetched where it is not there; undefined where this machine cannot. */
export async function otherServers() {
  if (existsSync(FOLDER)) return FOLDER;
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined;
  return saying('Fetching Cyrus and Courier (apt)', async () => {
    const parts = `${FOLDER}.part`;
    rmSync(parts, { recursive: true, force: true });
    mkdirSync(parts, { recursive: true });
    const fetched = await run('apt-get', ['-q', 'download', ...CYRUS, ...CYRUS_LIBRARIES, ...COURIER], { cwd: parts });
    if (fetched.code !== 0) return undefined;
    for (const file of readdirSync(parts).filter((name) => name.endsWith('.deb'))) {
      await run('dpkg', ['-x', file, 'root'], { cwd: parts });
    }
    renameSync(join(parts, 'root'), FOLDER);
    rmSync(parts, { recursive: true, force: true });
    return FOLDER;
  });
}
