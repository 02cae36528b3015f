/** `npm run soak`: the long checks whole, which `npm test` runs shortened. `npm run soak -- <file>` for one of them. */
import { command } from './lib/command.mjs';
import { run } from './lib/processes.mjs';
import { ensureSystemPackages } from './lib/system-packages.mjs';
import { root, toolEnvironment } from './lib/workspace.mjs';

await command(async ({ node }) => {
  await ensureSystemPackages({ only: ['dovecot', 'postfix', 'openssl'], required: true });
  const args = ['run', ...process.argv.slice(2)];
  const { code } = await run('vitest', args, { cwd: root, show: true, env: toolEnvironment(node, { SOAK: '1' }) });
  return code ?? 1;
});
