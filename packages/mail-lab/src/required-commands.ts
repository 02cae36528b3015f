/** What the lab needs on the machine that npm cannot bring: programs, and the Debian packages they are in. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program, where it may lie, and the Debian packages that bring it. */
export interface RequiredCommand {
  command: string;
  /** Looked for here besides `PATH`: mail servers live in sbin. */
  directories: string[];
  aptPackages: string[];
  /** Which of the lab's functions cannot run without it. */
  neededBy: string[];
}

const SBIN = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin', '/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'];

/** All of them, for the test runner to install or to name when it skips. */
export const requiredCommands: RequiredCommand[] = [
  {
    command: 'dovecot',
    directories: SBIN,
    aptPackages: ['dovecot-imapd', 'dovecot-lmtpd'],
    neededBy: ['startDovecot', 'startMailServer'],
  },
  { command: 'doveadm', directories: SBIN, aptPackages: ['dovecot-core'], neededBy: ['startDovecot'] },
  { command: 'postconf', directories: SBIN, aptPackages: ['postfix'], neededBy: ['startPostfix', 'startMailServer'] },
];

function findCommand({ command, directories }: RequiredCommand): string | undefined {
  const places = [...(process.env.PATH ?? '').split(delimiter), ...directories].filter(Boolean);
  return places
    .map((directory) => join(directory, command))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** The required commands this machine lacks; empty when all lab servers can run. */
export function missingCommands(): RequiredCommand[] {
  return requiredCommands.filter((required) => findCommand(required) === undefined);
}

/** Path of a required command, or an error that says what to install. */
export function commandPath(command: string): string {
  const required = requiredCommands.find((candidate) => candidate.command === command);
  const path = required && findCommand(required);
  if (!path)
    throw new Error(`${command} is not installed; on Debian: apt-get install ${required?.aptPackages.join(' ')}`);
  return path;
}
