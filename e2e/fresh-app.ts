/** An app that nobody has used, as a process of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase } from '@postroom/db/testing';
import { type AppOptions, type AppProcess, startApp } from '../scripts/lib/app-process.ts';

const SECRETS = {
  BETTER_AUTH_SECRET: 'fake-secret-fake-secret-fake-secret-',
  CREDENTIALS_KEYS: `1:${Buffer.alloc(32, 7).toString('base64')}`,
};

interface FreshAppOptions extends Partial<AppOptions> {
  /** As a newcomer has it: makes its secrets and a PostgreSQL server itself, which takes seconds. */
  readonly isEmbedded?: boolean;
}

/** Believes mail servers on this machine; has a database on the server of this run. `stop` removes what it has stored. */
export async function startFreshApp({
  env = {},
  isEmbedded = false,
  ...options
}: FreshAppOptions = {}): Promise<AppProcess> {
  const dataDir = await mkdtemp(join(tmpdir(), 'postroom-e2e-'));
  const database = isEmbedded ? undefined : await createTestDatabase();
  const own = { DATA_DIR: dataDir, MAIL_EGRESS_ALLOW: 'localhost' };
  const shared = database ? { ...SECRETS, DATABASE_URL: database.url } : {};
  const app = await startApp({ ...options, env: { ...own, ...shared, ...env } });
  return {
    ...app,
    async stop() {
      await app.stop();
      await database?.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
