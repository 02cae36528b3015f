/** Builds the browser's app, when its sources are not the ones that were built last. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint, readStamp, writeStamp } from './fingerprint.mjs';
import { run } from './processes.mjs';
import { PlainError, say, saying } from './say.mjs';
import { root, toolEnvironment } from './workspace.mjs';

const STAMP = 'built';
const SOURCES = ['apps/mail', 'packages/mail-html', 'packages/tsconfig', 'turbo.json', 'pnpm-lock.yaml'];

/** Answers whether there was anything to do. */
export async function ensureBuilt(node) {
  if (!existsSync(join(root, 'apps/mail/index.html'))) {
    say('There is no web app in this checkout; going on without it.');
    return false;
  }
  const wanted = fingerprint(SOURCES);
  if (readStamp(STAMP) === wanted && existsSync(join(root, 'apps/mail/dist/index.html'))) return false;
  await saying('Building the app', async () => {
    const args = ['run', 'build', '--filter=@postroom/mail', '--output-logs=new-only', '--no-update-notifier'];
    const { code, output } = await run('turbo', args, { cwd: root, env: toolEnvironment(node) });
    if (code === 0) return;
    throw new PlainError('The app could not be built.', { output, todo: 'The lines above say where.' });
  });
  writeStamp(STAMP, wanted);
  return true;
}
