/**
 * A private Courier IMAP (Debian's 5.0): no CONDSTORE, no MOVE, names below `INBOX.`, a Maildir of its own making. Its
 * `imapd` speaks over its standard input to a user who is logged in already; the gate here does the login. In clear on
 * loopback; gone without a trace after `stop()`.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdirSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type LabUser, mailOwner } from '../dovecot/config.ts';
import { LAB_USERS } from '../dovecot/start-dovecot.ts';
import { createTempDirectory } from '../process/temp-directory.ts';
import { type PlainImapServer, unpacked } from './unpacked.ts';

/** What Debian's configuration offers. */
const CAPABILITIES = 'IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA';
const MAILBOXES = ['Sent', 'Drafts', 'Trash', 'Junk', 'Archive'];

interface Gate {
  readonly users: readonly LabUser[];
  /** Starts the server for a user. */
  open(user: string): ChildProcess;
}

/** Login alone (RFC 9051 §6.2.3), then octets both ways. Of the server's own greeting (PREAUTH) nothing is told. */
async function serve(socket: Socket, { users, open }: Gate): Promise<ChildProcess | undefined> {
  const say = (line: string) => socket.write(`${line}\r\n`);
  say(`* OK [CAPABILITY ${CAPABILITIES}] Courier-IMAP ready.`);
  const lines = createInterface({ input: socket });
  for await (const line of lines) {
    const [, tag = '*', name = '', rest = ''] = /^(\S+) (\S+) ?(.*)$/.exec(line) ?? [];
    const login = /^"?([^" ]+)"? "?([^" ]+)"?$/.exec(rest);
    if (/^login$/i.test(name)) {
      const user = users.find((one) => one.user === login?.[1] && one.password === login[2]);
      if (!user) say(`${tag} NO Login failed.`);
      else {
        lines.close();
        return handOver(socket, open(user.user), tag);
      }
    } else if (/^capability$/i.test(name)) {
      say(`* CAPABILITY ${CAPABILITIES}`);
      say(`${tag} OK CAPABILITY completed`);
    } else if (/^logout$/i.test(name)) {
      say('* BYE Courier-IMAP server shutting down');
      say(`${tag} OK LOGOUT completed`);
      socket.end();
    } else say(`${tag} ${/^(noop|id)$/i.test(name) ? 'OK done' : 'BAD Log in first'}`);
  }
  return undefined;
}

function handOver(socket: Socket, imapd: ChildProcess, tag: string): ChildProcess {
  let greeting = '';
  const forward = (chunk: Buffer) => socket.write(chunk);
  const greet = (chunk: Buffer) => {
    greeting += chunk.toString('latin1');
    if (!/^\* PREAUTH .*\r\n/m.test(greeting)) return;
    imapd.stdout?.off('data', greet);
    imapd.stdout?.on('data', forward);
    socket.write(`${tag} OK LOGIN Ok.\r\n`);
  };
  imapd.stdout?.on('data', greet);
  imapd.stdin?.on('error', () => {});
  socket.on('data', (chunk) => imapd.stdin?.write(chunk));
  socket.on('close', () => imapd.stdin?.end());
  imapd.once('exit', () => socket.end());
  socket.resume();
  return imapd;
}

/** Starts it on a free port. */
export async function startCourier({ users = LAB_USERS }: { users?: LabUser[] } = {}): Promise<PlainImapServer> {
  const { path, env } = unpacked();
  const temp = await createTempDirectory('lab-courier');
  const owner = mailOwner();
  const maildir = (user: string) => join(temp.path, user, 'Maildir');
  const asOwner = { ...owner, env };
  for (const { user } of users) {
    mkdirSync(join(temp.path, user));
    chownSync(join(temp.path, user), owner.uid, owner.gid);
    execFileSync(path('usr/bin/maildirmake.courier'), [maildir(user)], asOwner);
    for (const name of MAILBOXES)
      execFileSync(path('usr/bin/maildirmake.courier'), ['-f', name, maildir(user)], asOwner);
  }
  let errors = '';
  const open = (user: string): ChildProcess => {
    const imapd = spawn(path('usr/bin/imapd'), ['Maildir'], {
      ...owner,
      cwd: join(temp.path, user),
      env: {
        ...env,
        AUTHENTICATED: user,
        AUTHADDR: user,
        IMAP_CAPABILITY: CAPABILITIES,
        IMAP_KEYWORDS: '1',
        IMAP_USELOCKS: '1',
        IMAP_CHECK_ALL_FOLDERS: '0',
        IMAP_EMPTYTRASH: '',
        IMAP_DISABLETHREADSORT: '0',
      },
    });
    imapd.stderr.on('data', (chunk) => {
      errors = (errors + chunk).slice(-50_000);
    });
    return imapd;
  };
  const sockets = new Set<Socket>();
  const processes = new Set<ChildProcess>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    void serve(socket, { users, open }).then((imapd) => {
      if (!imapd) return;
      processes.add(imapd);
      imapd.once('exit', () => processes.delete(imapd));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    imapPort: typeof address === 'object' && address ? address.port : 0,
    users,
    log: () => errors,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(
        [...processes].map((one) => {
          const ended = new Promise((resolve) => one.once('exit', resolve));
          one.kill('SIGKILL');
          return ended;
        }),
      );
      await new Promise((resolve) => server.close(resolve));
      await temp.remove();
    },
  };
}
