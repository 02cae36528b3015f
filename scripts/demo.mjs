/** `npm run demo`: a private mail server with a lively mailbox, and the app connected to it. */
import { ensureBuilt } from './lib/build.mjs';
import { command } from './lib/command.mjs';
import { runEntry } from './lib/entry.mjs';
import { ensureSystemPackages } from './lib/system-packages.mjs';

await command(async ({ node }) => {
  await ensureSystemPackages({ only: ['dovecot', 'postfix', 'openssl'], required: true });
  await ensureBuilt(node);
  return runEntry({ node, entry: 'scripts/demo/main.ts', args: process.argv.slice(2) });
});
