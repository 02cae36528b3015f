/** `npm run credentials:rotate`: re-wraps every stored secret with the newest key. */
import { command } from './lib/command.mjs';
import { runEntry } from './lib/entry.mjs';

await command(({ node }) =>
  runEntry({
    node,
    entry: 'apps/server/src/credentials-rotate.ts',
    args: process.argv.slice(2),
    env: { NODE_ENV: 'production' },
  }),
);
