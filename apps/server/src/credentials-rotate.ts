/**
 * `npm run credentials:rotate`: every stored secret under the newest key of CREDENTIALS_KEYS, or of Vault. May be run again after a
 * kill, and with a database of one's own (DATABASE_URL) while the app runs. `-- --dry-run` only counts. Afterwards, with
 * nothing failed, the older keys can be taken out of the ring.
 */
import { createDatabase } from '@postroom/db';
import { EmbeddedPostgresError, startEmbedded } from '@postroom/db/embedded';
import { EnvError, parseEnv } from './env.ts';
import { createKeyWrapper } from './security/key-wrapper.ts';
import { recordRotation, rotateSecrets } from './security/rotate.ts';
import { createVault } from './security/vault.ts';

async function rotate(isDryRun: boolean): Promise<number> {
  const env = parseEnv();
  const keys = createKeyWrapper(env);
  const embedded = env.DATABASE_URL === undefined ? await startEmbedded({ dataDir: env.DATA_DIR }) : null;
  const database = createDatabase(env.DATABASE_URL ?? embedded?.url ?? '', { max: 2 });
  try {
    const { checked, rewrapped, failed } = await rotateSecrets(database.pool, createVault(keys), {
      dryRun: isDryRun,
    });
    if (rewrapped > 0 && !isDryRun) await recordRotation(database.pool, await keys.newestId());
    const verb = isDryRun ? 'would be put' : 'put';
    process.stdout.write(
      `${checked} secrets: ${rewrapped} ${verb} under the key "${await keys.newestId()}", ${failed} failed.\n`,
    );
    if (failed > 0) process.stdout.write('Those that failed need a key that is not in CREDENTIALS_KEYS.\n');
    return failed === 0 ? 0 : 1;
  } finally {
    await database.close();
    await embedded?.stop();
  }
}

try {
  process.exitCode = await rotate(process.argv.includes('--dry-run'));
} catch (error) {
  if (!(error instanceof EnvError) && !(error instanceof EmbeddedPostgresError)) throw error;
  console.error(`\n✗ ${error.message}`);
  process.exitCode = 1;
} finally {
  if (process.connected) process.disconnect();
}
