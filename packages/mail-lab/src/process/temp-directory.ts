/** A temporary directory other users can enter: the mail servers drop their privileges and must still get in. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Unix socket paths end at 104 to 108 bytes; the servers put names of some thirty bytes below this directory. */
const LONGEST = 60;

/** Makes the directory; `remove()` deletes it with all it holds. */
export async function createTempDirectory(name: string): Promise<{ path: string; remove: () => Promise<void> }> {
  const parent = tmpdir().length + name.length + 8 > LONGEST ? '/tmp' : tmpdir();
  const path = await mkdtemp(join(parent, `${name}-`));
  await chmod(path, 0o755);
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }) };
}
