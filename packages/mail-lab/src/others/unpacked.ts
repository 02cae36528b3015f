/**
 * Mail servers that Debian does not let be installed beside Dovecot: they are unpacked into a directory of their own
 * (`scripts/lib/other-servers.mjs`) and run from there. For the long checks alone.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LabUser } from '../dovecot/config.ts';

/** A server that speaks IMAP in clear on loopback, and no more. */
export interface PlainImapServer {
  readonly imapPort: number;
  readonly users: LabUser[];
  /** What it has said about itself. */
  log(): string;
  stop(): Promise<void>;
}

/** Where the packages lie, by `POSTROOM_OTHER_SERVERS`; undefined where they do not. */
export function unpackedRoot(): string | undefined {
  const root = process.env.POSTROOM_OTHER_SERVERS;
  return root !== undefined && existsSync(root) ? root : undefined;
}

/** The environment in which a program of them finds its libraries. Throws where they are not unpacked. */
export function unpacked(): { path(name: string): string; env: NodeJS.ProcessEnv } {
  const root = unpackedRoot();
  if (root === undefined) throw new Error('The other mail servers are not unpacked: npm run soak does it.');
  const machine = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const libraries = [`lib/${machine}`, `usr/lib/${machine}`, 'usr/lib'];
  const path = (name: string) => join(root, name);
  return { path, env: { ...process.env, LD_LIBRARY_PATH: libraries.map(path).join(':') } };
}
