/**
 * A private Cyrus IMAP (Debian's 3.6): QRESYNC, OBJECTID, METADATA, and names below `INBOX.`. In clear on loopback; gone
 * without a trace after `stop()`.
 */
import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabUser } from '../dovecot/config.ts';
import { LAB_USERS } from '../dovecot/start-dovecot.ts';
import { startDaemon } from '../process/daemon.ts';
import { freePort } from '../process/free-port.ts';
import { readGreeting } from '../process/read-greeting.ts';
import { createTempDirectory } from '../process/temp-directory.ts';
import { waitUntil } from '../process/wait-until.ts';
import { type PlainImapServer, unpacked } from './unpacked.ts';

const REALM = 'lab.test';
const FOLDERS = ['conf', 'spool', 'sieve', 'sasl', 'run'];
const STATE = ['db', 'log', 'msg', 'proc', 'ptclient', 'quota', 'socket', 'user', 'lock'];
const MAILBOXES = ['Sent', 'Drafts', 'Trash', 'Junk', 'Archive'];

const settings = (directory: string): string =>
  Object.entries({
    configdirectory: `${directory}/conf`,
    proc_path: `${directory}/run/proc`,
    mboxname_lockpath: `${directory}/run/lock`,
    idlesocket: `${directory}/run/idle`,
    lmtpsocket: `${directory}/run/lmtp`,
    notifysocket: `${directory}/run/notify`,
    defaultpartition: 'default',
    'partition-default': `${directory}/spool`,
    sievedir: `${directory}/sieve`,
    cyrus_user: 'nobody',
    cyrus_group: 'nogroup',
    servername: 'lab',
    virtdomains: 'userid',
    defaultdomain: 'nowhere.test',
    loginrealms: REALM,
    allowplaintext: 'yes',
    sasl_pwcheck_method: 'auxprop',
    sasl_auxprop_plugin: 'sasldb',
    sasl_sasldb_path: `${directory}/sasl/sasldb2`,
    sasl_mech_list: 'PLAIN',
    altnamespace: 'no',
    unixhierarchysep: 'no',
    autocreate_quota: '0',
    autocreate_inbox_folders: MAILBOXES.join(' | '),
    autocreate_subscribe_folders: MAILBOXES.join(' | '),
    ...Object.fromEntries(MAILBOXES.map((name) => [`xlist-${name.toLowerCase()}`, name])),
  })
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');

const services = (directory: string, port: number, program: (name: string) => string): string => `
START {
  recover cmd="${program('ctl_cyrusdb')} -C ${directory}/imapd.conf -r"
}
SERVICES {
  imap cmd="${program('imapd')} -C ${directory}/imapd.conf" listen="127.0.0.1:${port}" prefork=0 maxchild=100
}
EVENTS {
}
DAEMON {
  idled cmd="${program('idled')} -C ${directory}/imapd.conf"
}
`;

/** Starts it; settles when it greets. Runs as root alone: its processes take another user then. */
export async function startCyrus({ users = LAB_USERS }: { users?: LabUser[] } = {}): Promise<PlainImapServer> {
  const { path, env } = unpacked();
  const program = (name: string) => path(`usr/lib/cyrus/bin/${name}`);
  const temp = await createTempDirectory('lab-cyrus');
  const directory = temp.path;
  const folders = [...FOLDERS, ...STATE.map((name) => join('conf', name))].map((name) => join(directory, name));
  for (const folder of folders) mkdirSync(folder);
  const port = await freePort();
  writeFileSync(join(directory, 'imapd.conf'), settings(directory));
  writeFileSync(join(directory, 'cyrus.conf'), services(directory, port, program));
  const passwords = join(directory, 'sasl', 'sasldb2');
  for (const { user, password } of users) {
    const [name = user, realm = REALM] = user.split('@');
    execFileSync(path('usr/sbin/saslpasswd2'), ['-p', '-c', '-f', passwords, '-u', realm, name], {
      env,
      input: password,
    });
  }
  const [uid, gid] = ['-u', '-g'].map((what) => Number(execFileSync('id', [what, 'nobody']))) as [number, number];
  for (const file of [...folders, passwords]) chownSync(file, uid, gid);
  const args = ['-C', join(directory, 'imapd.conf'), '-M', join(directory, 'cyrus.conf')];
  const daemon = startDaemon(program('master'), [...args, '-p', join(directory, 'run', 'pid'), '-D'], {
    cwd: directory,
    env,
  });
  try {
    await waitUntil(async () => daemon.running() && (await readGreeting(port)).startsWith('* OK'), {
      what: 'Cyrus to greet',
      timeoutMs: 20_000,
    });
  } catch (error) {
    await daemon.kill();
    await temp.remove();
    throw new Error(`Cyrus did not start: ${daemon.output()}`, { cause: error });
  }
  return {
    imapPort: port,
    users,
    log: () => daemon.output(),
    async stop() {
      await daemon.stop();
      await temp.remove();
    },
  };
}
