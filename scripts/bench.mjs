/** `npm run bench`: the benchmarks; a table here, the numbers in bench/results. */
import { ensureBuilt } from './lib/build.mjs';
import { command } from './lib/command.mjs';
import { runEntry } from './lib/entry.mjs';
import { ensureSystemPackages } from './lib/system-packages.mjs';

await command(async ({ node }) => {
  await ensureSystemPackages({ required: true });
  await ensureBuilt(node);
  return runEntry({ node, entry: 'bench/main.ts', args: process.argv.slice(2) });
});
