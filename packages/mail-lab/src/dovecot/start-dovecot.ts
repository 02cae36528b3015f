/**
 * A private Dovecot (Debian's 2.3): own directory, ports, users and certificate; Maildir; gone without a trace after
 * `stop()`. Runs as root (mail belongs to an unprivileged number) or as an ordinary user.
 */
import { execFile } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Daemon, startDaemon } from '../process/daemon.ts';
import { onFreePorts } from '../process/free-port.ts';
import { readGreeting } from '../process/read-greeting.ts';
import { createTempDirectory } from '../process/temp-directory.ts';
import { waitUntil } from '../process/wait-until.ts';
import { commandPath } from '../required-commands.ts';
import { type CertificateAuthority, type CertificateKind, writeCertificate } from '../tls/certificates.ts';
import { type DovecotSettings, dovecotConfig, type LabUser, mailOwner, tokenFile, usersFile } from './config.ts';

const run = promisify(execFile);

/** Options of `startDovecot`. */
export interface DovecotOptions extends DovecotSettings {
  /** Default: `LAB_USERS`. */
  users?: LabUser[];
  /** Which fault the server's certificate has. Default none. */
  certificate?: CertificateKind;
  /** Issues the certificate. Default: a new one. */
  authority?: CertificateAuthority;
}

/** A running Dovecot. */
export interface DovecotServer {
  host: '127.0.0.1';
  /** Plain, with STARTTLS. */
  imapPort: number;
  /** Implicit TLS. */
  imapsPort: number;
  lmtpPort: number;
  users: LabUser[];
  /** Trust this to accept the server's certificate. */
  caFile: string;
  ca: string;
  /** Where everything of it lies. */
  directory: string;
  /** Unix socket of its SASL service, for Postfix. */
  authSocket: string;
  /** Unix socket of its LMTP service, for Postfix. */
  lmtpSocket: string;
  settings: DovecotSettings;
  /** The user's Maildir, whether it exists yet or not. */
  maildir(user: string): string;
  /** Runs `doveadm` on this instance and gives what it printed. */
  doveadm(...args: string[]): Promise<string>;
  /** Adds a user, or changes a user's password; settles when the server goes by it, within a second or two. */
  setUser(user: LabUser): Promise<void>;
  /** Ends the connections of this user. */
  kick(user: string): Promise<void>;
  /** Makes a mailbox and subscribes to it. */
  createMailbox(user: string, name: string): Promise<void>;
  /** Everything the server has logged. */
  log(): string;
  running(): boolean;
  /** Ends it at once and removes its directory. */
  stop(): Promise<void>;
  /** Kills all its processes as a crash would; mail, ports and users stay for `start()`. */
  kill(): Promise<void>;
  /** Starts it again, on the same ports, after `kill()` or `halt()`. */
  start(): Promise<void>;
  /** Ends it in good order, keeping its directory. */
  halt(): Promise<void>;
  /** `halt()` and `start()`: all connections end. */
  restart(): Promise<void>;
}

/** Users the lab's servers have when none are named. */
export const LAB_USERS: LabUser[] = [
  { user: 'ada@lab.test', password: 'not-a-secret-ada' },
  { user: 'bob@lab.test', password: 'not-a-secret-bob' },
];

async function launch(directory: string, imapPort: number): Promise<Daemon> {
  const daemon = startDaemon(commandPath('dovecot'), ['-F', '-c', join(directory, 'dovecot.conf')], { cwd: directory });
  try {
    await waitUntil(
      async () => {
        if (!daemon.running()) return 'ended';
        return (await readGreeting(imapPort)).startsWith('* OK') && 'ready';
      },
      { what: 'Dovecot to greet', timeoutMs: 20_000 },
    );
    if (!daemon.running()) throw new Error('Dovecot ended at its start');
    return daemon;
  } catch (error) {
    const output = `${daemon.output()}${readLog(directory)}`;
    await daemon.kill();
    throw new Error(`Dovecot did not start: ${output}`, { cause: error });
  }
}

function readLog(directory: string): string {
  try {
    return readFileSync(join(directory, 'dovecot.log'), 'utf8');
  } catch {
    return '';
  }
}

/** Starts a Dovecot; settles when it greets. */
export async function startDovecot(options: DovecotOptions = {}): Promise<DovecotServer> {
  const { users = LAB_USERS, certificate = 'valid', authority, ...settings } = options;
  const temp = await createTempDirectory('lab-dovecot');
  const directory = temp.path;
  const owner = mailOwner();
  for (const name of ['run', 'state', 'mail']) mkdirSync(join(directory, name), { mode: 0o755 });
  chownSync(join(directory, 'mail'), owner.uid, owner.gid);
  const tls = writeCertificate(join(directory, 'tls'), certificate, authority);
  const known = users.map((user) => ({ ...user }));
  const writeUsers = (): void => writeFileSync(join(directory, 'users'), usersFile(known), { mode: 0o644 });
  writeUsers();
  const tokens = tokenFile(settings);
  if (tokens !== null) writeFileSync(join(directory, 'oauth2.conf'), tokens, { mode: 0o644 });

  const started = await onFreePorts(3, async (imap = 0, imaps = 0, lmtp = 0) => {
    const ports = { imap, imaps, lmtp };
    writeFileSync(join(directory, 'dovecot.conf'), dovecotConfig(settings, { directory, ports, ...tls }));
    return { ports, daemon: await launch(directory, imap) };
  }).catch(async (error: unknown) => {
    await temp.remove();
    throw error;
  });
  const { ports } = started;
  let current = started.daemon;

  const doveadm = async (...args: string[]): Promise<string> => {
    const all = ['-c', join(directory, 'dovecot.conf'), ...args];
    return (await run(commandPath('doveadm'), all, { maxBuffer: 64 * 2 ** 20 })).stdout;
  };
  const halt = (): Promise<void> => current.stop();
  const start = async (): Promise<void> => {
    if (!current.running()) current = await launch(directory, ports.imap);
  };

  return {
    host: '127.0.0.1',
    imapPort: ports.imap,
    imapsPort: ports.imaps,
    lmtpPort: ports.lmtp,
    users: known,
    caFile: tls.caFile,
    ca: tls.ca,
    directory,
    authSocket: join(directory, 'run/auth-submission'),
    lmtpSocket: join(directory, 'run/lmtp'),
    settings,
    maildir: (user) => join(directory, 'mail', user, 'Maildir'),
    doveadm,
    async setUser(user) {
      const index = known.findIndex((candidate) => candidate.user === user.user);
      if (index < 0) known.push({ ...user });
      else known[index] = { ...user };
      writeUsers();
      // It looks at the file once a second at most.
      await waitUntil(async () => (await doveadm('auth', 'test', user.user, user.password)) !== '', {
        what: 'Dovecot to know the password',
      });
    },
    async kick(user) {
      await doveadm('kick', user).catch((error: { code?: number }) => {
        // Exit code 68: nobody was connected.
        if (error.code !== 68) throw error;
      });
    },
    async createMailbox(user, name) {
      await doveadm('mailbox', 'create', '-u', user, '-s', name);
    },
    log: () => readLog(directory),
    running: () => current.running(),
    async stop() {
      await current.kill();
      await temp.remove();
    },
    kill: () => current.kill(),
    start,
    halt,
    async restart() {
      await halt();
      await start();
    },
  };
}
