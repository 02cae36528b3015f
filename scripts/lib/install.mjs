/** Installs the dependencies, when the lockfile or a manifest is not the one that was installed last. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint, readStamp, writeStamp } from './fingerprint.mjs';
import { run } from './processes.mjs';
import { PlainError, say, saying } from './say.mjs';
import { root, toolEnvironment } from './workspace.mjs';

const PNPM = 'pnpm@12.21.0';
const STAMP = 'installed';
const REMINDER_MS = 30_000;

export async function ensureInstalled() {
  const wanted = fingerprint(manifests(), `${PNPM} ${process.platform} ${process.arch}`);
  if (readStamp(STAMP) === wanted) return;
  await saying('Installing what is missing (npm packages; the first time takes a minute or two)', install);
  writeStamp(STAMP, wanted);
}

async function install() {
  const reminder = setInterval(() => say('  still installing …'), REMINDER_MS);
  try {
    // CI: pnpm asks no questions
    const env = toolEnvironment(undefined, { CI: 'true', npm_config_yes: 'true' });
    const { code, output } = await run('npx', ['--yes', PNPM, 'install', '--frozen-lockfile'], { cwd: root, env });
    if (code === 0) return;
    throw new PlainError('The npm packages could not be installed.', {
      output,
      todo: 'Check the network and the npm registry this machine uses (npm config get registry), then run the command again.',
    });
  } finally {
    clearInterval(reminder);
  }
}

function manifests() {
  const packages = ['apps', 'packages'].flatMap((group) =>
    readdirSync(join(root, group))
      .sort()
      .map((name) => `${group}/${name}/package.json`),
  );
  return ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...packages].filter((file) =>
    existsSync(join(root, file)),
  );
}
