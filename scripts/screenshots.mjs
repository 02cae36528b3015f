/** `npm run screenshots`: takes the pictures in docs/screenshots from the running app. */
import { ensureBuilt } from './lib/build.mjs';
import { command } from './lib/command.mjs';
import { runEntry } from './lib/entry.mjs';
import { ensureSystemPackages, findBrowser } from './lib/system-packages.mjs';

await command(async ({ node }) => {
  await ensureSystemPackages({ only: ['dovecot', 'postfix', 'openssl', 'browser', 'fonts'], required: true });
  await ensureBuilt(node);
  return runEntry({ node, entry: 'e2e/take-screenshots.ts', env: { CHROMIUM_PATH: findBrowser() } });
});
