/** Which Node runs what: these scripts run on Node 20 and later, everything else on Node 24, which npm brings. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PlainError } from './say.mjs';
import { root } from './workspace.mjs';

const BOOTSTRAP = [20, 0];
/** runs TypeScript directly, and is what the dependencies want */
const NEEDED = [22, 18];
const PREFERRED = [24, 0];

/** Throws where this Node is too old even for these scripts. */
export function checkBootstrapNode(version = process.versions.node) {
  if (isAtLeast(version, BOOTSTRAP)) return;
  throw new PlainError(`Postroom cannot be set up with Node ${version}.`, {
    todo: 'Install Node 24 from https://nodejs.org (20 is the oldest that will do), then run the command again.',
  });
}

/** The Node to run the project with: this one if it is new enough, else the one from npm. */
export function findNode({ version = process.versions.node, platform = process.platform, arch = process.arch } = {}) {
  if (isAtLeast(version, PREFERRED)) return process.execPath;
  const fromNpm = join(root, 'node_modules', `node-${platform}-${arch}`, 'bin', 'node');
  if (existsSync(fromNpm)) return fromNpm;
  if (isAtLeast(version, NEEDED)) return process.execPath;
  throw new PlainError(`Postroom needs Node ${NEEDED.join('.')} or later; this is ${version}.`, {
    todo: `npm has no Node for ${platform}-${arch}: install Node 24 from https://nodejs.org, then run the command again.`,
  });
}

function isAtLeast(version, [major, minor]) {
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}
