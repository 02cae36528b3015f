/**
 * How PostgreSQL's programs are started by whoever we are. They refuse to run as root, and a server is often set up
 * as root in a directory that nobody else can enter. Two ways, in this order:
 *  - a user namespace of its own, in which root's files belong to an ordinary user (Linux, `unshare -U`);
 *  - another user of the machine, who then owns the database directory, if that user can reach it at all.
 * A cluster keeps the owner it has: started by root, it runs as that owner.
 */
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { EmbeddedPostgresError } from './errors.ts';

export interface Launcher {
  spawn(program: string, args: readonly string[], options: SpawnOptions): ChildProcess;
  /** Gives a file or folder of ours to the user PostgreSQL runs as. */
  own(path: string): void;
}

interface Account {
  name: string;
  uid: number;
  gid: number;
}

/** Finds the way to run `postgres` on a cluster in `home`, which exists; throws `CANNOT_DROP_ROOT` where there is none. */
export function createLauncher({ home, postgres }: { home: string; postgres: string }): Launcher {
  if (process.getuid?.() !== 0) return { spawn, own: () => undefined };
  const owner = statSync(home);
  const accounts = readAccounts();
  if (owner.uid === 0) {
    const insider = accounts.find((account) => account.uid !== 0);
    if (insider && canUnshare(insider, postgres)) return inNamespace(insider);
  }
  const candidates =
    owner.uid === 0 ? accounts.filter(({ name }) => name === 'postgres' || name === 'nobody') : [owner];
  const account = candidates.find((candidate) => canReach(candidate, home, postgres));
  if (account) return asAccount(account, home);
  throw new EmbeddedPostgresError(
    'CANNOT_DROP_ROOT',
    'PostgreSQL does not run as root, and on this machine root can neither make a user namespace (unshare -U) nor ' +
      `find another user who can enter ${dirname(home)}. Start Postroom as an ordinary user, or set DATABASE_URL to a ` +
      'PostgreSQL 15 or later.',
  );
}

function inNamespace(account: Account): Launcher {
  return {
    spawn: (program, args, options) => spawn('unshare', [...namespaceArgs(account), program, ...args], options),
    own: () => undefined,
  };
}

function asAccount({ uid, gid }: Pick<Account, 'uid' | 'gid'>, home: string): Launcher {
  const own = (path: string) => chownSync(path, uid, gid);
  own(home);
  return { spawn: (program, args, options) => spawn(program, args, { ...options, uid, gid }), own };
}

function namespaceArgs({ uid, gid }: Account): string[] {
  return ['--user', `--map-user=${uid}`, `--map-group=${gid}`, '--'];
}

function canUnshare(account: Account, postgres: string): boolean {
  return spawnSync('unshare', [...namespaceArgs(account), postgres, '--version']).status === 0;
}

/** Whether the account can run the programs and enter the folder (its own writing there is arranged by `own`). */
function canReach({ uid, gid }: Pick<Account, 'uid' | 'gid'>, home: string, postgres: string): boolean {
  const enter = spawnSync('/bin/sh', ['-c', 'cd "$1" && exec "$2" --version', 'sh', dirname(home), postgres], {
    uid,
    gid,
  });
  return enter.status === 0;
}

/** The user map inside the namespace must name a user that exists, or initdb does not find itself. */
function readAccounts(): Account[] {
  if (!existsSync('/etc/passwd')) return [];
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ name, uid, gid }) => name !== '' && Number.isInteger(uid) && Number.isInteger(gid));
}
