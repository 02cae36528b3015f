/**
 * A private Postfix: submission with the lab's Dovecot as SASL service, delivery into it by LMTP. Needs root, as
 * Postfix does. Touches neither /etc/postfix nor /var/spool/postfix.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { DovecotServer } from '../dovecot/start-dovecot.ts';
import { type Daemon, startDaemon } from '../process/daemon.ts';
import { onFreePorts } from '../process/free-port.ts';
import { readGreeting } from '../process/read-greeting.ts';
import { createTempDirectory } from '../process/temp-directory.ts';
import { waitUntil } from '../process/wait-until.ts';
import { commandPath } from '../required-commands.ts';
import { type CertificateAuthority, type CertificateKind, writeCertificate } from '../tls/certificates.ts';
import {
  mainConfig,
  masterConfig,
  OWNER,
  ownDomains,
  type PostfixPlace,
  type PostfixSettings,
  QUEUE_DIRECTORIES,
  table,
} from './config.ts';

/** Options of `startPostfix`. */
export interface PostfixOptions extends PostfixSettings {
  /** Answers SASL and takes the deliveries. */
  dovecot: DovecotServer;
  /** Addresses that exist. Default: the Dovecot's users. */
  addresses?: string[];
  certificate?: CertificateKind;
  authority?: CertificateAuthority;
}

/** A running Postfix. */
export interface PostfixServer {
  host: '127.0.0.1';
  /** Port 25's part: takes mail for the lab's users without a login. */
  smtpPort: number;
  /** Port 587's part: STARTTLS, then a login. */
  submissionPort: number;
  /** Port 465's part: implicit TLS, then a login. */
  submissionsPort: number;
  caFile: string;
  ca: string;
  directory: string;
  /** What has come for one of `ownMailboxes`. */
  delivered(address: string): Buffer[];
  log(): string;
  running(): boolean;
  /** Ends it at once and removes its directory. */
  stop(): Promise<void>;
  /** Kills all its processes; queue and ports stay for `start()`. */
  kill(): Promise<void>;
  /** Starts it again, on the same ports, after `kill()`. */
  start(): Promise<void>;
}

function accountIds(name: string): { uid: number; gid: number } {
  const [uid = 0, gid = 0] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' })));
  return { uid, gid };
}

function groupId(name: string): number {
  const line = readFileSync('/etc/group', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  if (!line) throw new Error(`There is no group ${name}`);
  return Number(line.split(':')[2]);
}

function makeDirectories(directory: string): void {
  const { uid } = accountIds('postfix');
  const postdrop = groupId('postdrop');
  mkdirSync(join(directory, 'conf'), { mode: 0o755 });
  mkdirSync(join(directory, 'spool'), { mode: 0o755 });
  mkdirSync(join(directory, 'data'), { mode: 0o755 });
  chownSync(join(directory, 'data'), uid, 0);
  mkdirSync(join(directory, 'mailboxes'), { mode: 0o700 });
  chownSync(join(directory, 'mailboxes'), OWNER, OWNER);
  for (const name of QUEUE_DIRECTORIES) {
    const path = join(directory, 'spool', name);
    mkdirSync(path, { mode: 0o700 });
    if (name === 'pid') chmodSync(path, 0o755);
    else chownSync(path, uid, name === 'maildrop' || name === 'public' ? postdrop : 0);
  }
  chmodSync(join(directory, 'spool/maildrop'), 0o730);
  chmodSync(join(directory, 'spool/public'), 0o710);
}

function writeConfig(settings: PostfixSettings, place: PostfixPlace, addresses: string[]): void {
  const settled = Date.now() / 1000 - 60;
  const write = (name: string, text: string): void => {
    const path = join(place.directory, 'conf', name);
    writeFileSync(path, text, { mode: 0o644 });
    // Postfix waits until a file it reads has been left alone for two seconds.
    utimesSync(path, settled, settled);
  };
  const replied = [...Object.keys(settings.recipientReplies ?? {})];
  write('main.cf', mainConfig(settings, place));
  write('master.cf', masterConfig(place));
  const known = [...addresses, ...replied].map((address) => [address, 'yes']);
  const own = (settings.ownMailboxes ?? []).map((address, index) => [address, `${index}/`]);
  write('mailboxes', table(Object.fromEntries([...known, ...own])));
  write('transports', table(Object.fromEntries(ownDomains(settings).map((domain) => [domain, 'virtual:']))));
  write('recipients', table(settings.recipientReplies ?? {}));
  write('senders', table(settings.senderReplies ?? {}));
}

function masterPath(): string {
  const postconf = commandPath('postconf');
  const daemons = execFileSync(postconf, ['-d', '-h', 'daemon_directory'], { encoding: 'utf8' }).trim();
  return join(daemons, 'master');
}

function readLog(directory: string): string {
  try {
    return readFileSync(join(directory, 'postfix.log'), 'utf8');
  } catch {
    return '';
  }
}

function readMaildir(path: string): Buffer[] {
  const folder = join(path, 'new');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((name) => readFileSync(join(folder, name)));
}

async function launch(directory: string, smtpPort: number): Promise<Daemon> {
  const daemon = startDaemon(masterPath(), ['-d', '-c', join(directory, 'conf')], { cwd: directory });
  try {
    await waitUntil(
      async () => {
        if (!daemon.running()) return 'ended';
        return (await readGreeting(smtpPort)).startsWith('220') && 'ready';
      },
      { what: 'Postfix to greet', timeoutMs: 20_000 },
    );
    if (!daemon.running()) throw new Error('Postfix ended at its start');
    return daemon;
  } catch (error) {
    const output = `${daemon.output()}${readLog(directory)}`;
    await daemon.kill();
    throw new Error(`Postfix did not start: ${output}`, { cause: error });
  }
}

/** Starts a Postfix in front of `dovecot`; settles when it greets. */
export async function startPostfix(options: PostfixOptions): Promise<PostfixServer> {
  const { dovecot, addresses = dovecot.users.map(({ user }) => user), certificate, authority, ...settings } = options;
  if (process.getuid?.() !== 0) throw new Error('startPostfix needs root: Postfix changes between users');
  const temp = await createTempDirectory('lab-postfix');
  const directory = temp.path;
  makeDirectories(directory);
  const tls = writeCertificate(join(directory, 'tls'), certificate, authority);

  const sockets = { authSocket: dovecot.authSocket, lmtpSocket: dovecot.lmtpSocket };
  const started = await onFreePorts(3, async (smtp = 0, submission = 0, submissions = 0) => {
    const ports = { smtp, submission, submissions };
    writeConfig(settings, { directory, ports, ...tls, ...sockets }, addresses);
    return { ports, daemon: await launch(directory, smtp) };
  }).catch(async (error: unknown) => {
    await temp.remove();
    throw error;
  });
  const { ports } = started;
  let current = started.daemon;

  return {
    host: '127.0.0.1',
    smtpPort: ports.smtp,
    submissionPort: ports.submission,
    submissionsPort: ports.submissions,
    caFile: tls.caFile,
    ca: tls.ca,
    directory,
    delivered: (address) => readMaildir(join(directory, 'mailboxes', String(settings.ownMailboxes?.indexOf(address)))),
    log: () => readLog(directory),
    running: () => current.running(),
    async stop() {
      await current.kill();
      await temp.remove();
    },
    kill: () => current.kill(),
    async start() {
      if (!current.running()) current = await launch(directory, ports.smtp);
    },
  };
}
