/** `npm run soak`: the long checks whole, which `npm test` runs shortened. `npm run soak -- <file>` for one of them. */
import { ensureBuilt } from './lib/build.mjs';
import { command } from './lib/command.mjs';
import { otherServers } from './lib/other-servers.mjs';
import { run } from './lib/processes.mjs';
import { ensureSystemPackages, findBrowser } from './lib/system-packages.mjs';
import { root, toolEnvironment } from './lib/workspace.mjs';

await command(async ({ node }) => {
  await ensureSystemPackages({ only: ['dovecot', 'postfix', 'openssl', 'browser'], required: true });
  const files = process.argv.slice(2);
  const env = toolEnvironment(node, {
    SOAK: '1',
    CHROMIUM_PATH: findBrowser(),
    POSTROOM_OTHER_SERVERS: await otherServers(),
  });
  const inBrowser = files.filter((file) => file.startsWith('e2e'));
  let failed = 0;
  if (files.length === 0 || inBrowser.length < files.length) {
    const others = files.filter((file) => !inBrowser.includes(file));
    failed += (await run('vitest', ['run', ...others], { cwd: root, show: true, env })).code ?? 1;
  }
  if (files.length === 0 || inBrowser.length > 0) {
    await ensureBuilt(node);
    const stories = inBrowser.length > 0 ? inBrowser : ['e2e/hostile'];
    const args = ['test', '-c', 'e2e/playwright.config.ts', ...stories];
    failed += (await run('playwright', args, { cwd: root, show: true, env })).code ?? 1;
  }
  return failed === 0 ? 0 : 1;
});
