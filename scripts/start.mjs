/** `npm start`: installs and builds what has changed, then serves the app until it is told to end. */
import { ensureBuilt } from './lib/build.mjs';
import { command } from './lib/command.mjs';
import { runEntry } from './lib/entry.mjs';
import { NODE_FLAGS } from './lib/node-flags.mjs';

/** a stand-in for the server, for the tests of this script */
const entry = process.env.POSTROOM_ENTRY ?? 'apps/server/src/main.ts';

await command(async ({ node }) => {
  if (!process.env.POSTROOM_ENTRY) await ensureBuilt(node);
  return runEntry({ node, entry, flags: NODE_FLAGS, args: process.argv.slice(2), env: { NODE_ENV: 'production' } });
});
