/**
 * What npm cannot bring: the mail servers and the browser that tests and the demo use. On Debian as root they are
 * installed through apt; where everything is there already, apt is not called at all. No daemon is started.
 */
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './processes.mjs';
import { PlainError, saying } from './say.mjs';
import { isCi, toolEnvironment } from './workspace.mjs';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** Debian asks this file whether a package may start its daemon. */
const POLICY_FILE = '/usr/sbin/policy-rc.d';

/** Each piece: is it there, and which Debian packages bring it. */
const PIECES = {
  dovecot: {
    isThere: () => hasProgram('dovecot') && ['imap', 'lmtp'].every((name) => existsSync(`/usr/lib/dovecot/${name}`)),
    packages: ['dovecot-imapd', 'dovecot-lmtpd'],
  },
  postfix: { isThere: () => hasProgram('postfix'), packages: ['postfix'] },
  openssl: { isThere: () => hasProgram('openssl'), packages: ['openssl'] },
  unshare: { isThere: () => hasProgram('unshare'), packages: ['util-linux'] },
  browser: {
    isThere: () => findBrowser() !== undefined,
    packages: ['chromium', 'fonts-liberation'],
  },
  // For pictures of mail in every script; nothing depends on it.
  fonts: {
    isThere: () => existsSync('/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc'),
    packages: ['fonts-noto-cjk', 'fonts-noto-color-emoji'],
    isOptional: true,
  },
};

const NEEDED = Object.keys(PIECES).filter((name) => !PIECES[name].isOptional);

/** The browser for tests: CHROMIUM_PATH, else one that is installed. */
export function findBrowser() {
  return process.env.CHROMIUM_PATH ?? BROWSERS.map(findProgram).find(Boolean) ?? findOnMac();
}

/**
 * Installs what is missing where that is possible and answers with the names of what is still missing. `required`
 * (and any CI) makes a missing piece an error.
 */
export async function ensureSystemPackages({ only = NEEDED, required = isCi } = {}) {
  const missing = listMissing(only);
  if (missing.length > 0 && canInstall()) await installPackages(missing);
  const still = listMissing(only);
  if (still.length > 0 && required) {
    throw new PlainError(`Not installed on this machine: ${still.join(', ')}.`, { todo: advice(still) });
  }
  return still;
}

/** What to type to get the missing pieces. */
export function advice(missing) {
  return `On Debian: sudo apt-get install ${packagesOf(missing).join(' ')}`;
}

function listMissing(names) {
  return names.filter((name) => !PIECES[name].isThere());
}

function packagesOf(names) {
  return names.flatMap((name) => PIECES[name].packages);
}

function canInstall() {
  return process.platform === 'linux' && process.getuid() === 0 && hasProgram('apt-get');
}

async function installPackages(names) {
  const packages = packagesOf(names);
  const ownPolicy = !existsSync(POLICY_FILE);
  if (ownPolicy) {
    writeFileSync(POLICY_FILE, '#!/bin/sh\nexit 101\n');
    chmodSync(POLICY_FILE, 0o755);
  }
  try {
    await saying(`Installing ${packages.join(', ')} (apt)`, async () => {
      await apt(['update']);
      await apt(['install', '-y', '--no-install-recommends', ...packages]);
    });
  } finally {
    if (ownPolicy) rmSync(POLICY_FILE, { force: true });
  }
}

async function apt(args) {
  const env = toolEnvironment(undefined, { DEBIAN_FRONTEND: 'noninteractive', DEBIAN_PRIORITY: 'critical' });
  const { code, output } = await run('apt-get', ['-q', ...args], { env });
  if (code === 0) return;
  throw new PlainError(`apt-get ${args.join(' ')} failed.`, {
    output: output.slice(-4000),
    todo: 'Check the network and /etc/apt/sources.list, or install the packages by hand.',
  });
}

function hasProgram(name) {
  return findProgram(name) !== undefined;
}

function findProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin'];
  return folders
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}

function findOnMac() {
  const file = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
  return existsSync(file) ? file : undefined;
}
