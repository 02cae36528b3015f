/** The steps of `npm test`: what each runs, and what its report says. Each answers `{ passed, failed, skipped: [] }`. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { run } from './processes.mjs';
import { readPlaywrightReport, readVitestReport } from './reports.mjs';
import { root, stateFolder, toolEnvironment } from './workspace.mjs';

const MAIL_SERVERS = ['dovecot', 'postfix', 'openssl'];

/** All steps in order. `missing` are the names of system pieces that this machine lacks. */
export function createSteps({ node, missing, browser }) {
  const tool = (name, title, ...commands) => ({ name, title, run: () => runChecks(node, commands) });
  return [
    tool('lint', 'lint and format (biome)', ['biome', ['check', '--error-on-warnings']]),
    tool(
      'types',
      'types (tsc)',
      ['turbo', ['run', 'typecheck', '--output-logs=errors-only', '--no-update-notifier']],
      ['tsc', ['-p', 'tsconfig.json']],
    ),
    tool('knip', 'unused code and dependencies (knip)', ['knip', ['--no-progress']]),
    tool('deps', 'dependency rule (dependency-cruiser)', [
      'depcruise',
      ['--config', '.dependency-cruiser.cjs', 'apps', 'packages'],
    ]),
    { name: 'unit', title: 'unit tests', run: () => runVitest(node, 'unit') },
    {
      name: 'build',
      title: 'build',
      run: async () =>
        existsSync(join(root, 'apps/mail/index.html')) ? build(node) : skipped('build', 'the web app is not there yet'),
    },
    {
      name: 'integration',
      title: 'integration tests',
      run: async () => {
        const lacking = MAIL_SERVERS.filter((piece) => missing.includes(piece));
        if (lacking.length > 0) return skipped('integration tests', `not installed: ${lacking.join(', ')}`);
        return runVitest(node, 'integration');
      },
    },
    {
      name: 'browser',
      title: 'browser stories',
      run: async () => {
        const lacking = [...MAIL_SERVERS, 'browser'].filter((piece) => missing.includes(piece));
        if (!existsSync(join(root, 'e2e/playwright.config.ts')))
          return skipped('browser stories', 'there is no server yet to open the app on');
        if (lacking.length > 0) return skipped('browser stories', `not installed: ${lacking.join(', ')}`);
        return runPlaywright(node, browser);
      },
    },
  ];
}

function skipped(title, reason) {
  return { passed: 0, failed: 0, skipped: [{ title, reason }] };
}

/** Programs that only pass or fail: one test together; the output is shown when one fails. */
async function runChecks(node, commands) {
  for (const [program, args] of commands) {
    const { code, output } = await run(program, args, { cwd: root, env: toolEnvironment(node) });
    if (code !== 0) return { passed: 0, failed: 1, skipped: [], output };
  }
  return { passed: 1, failed: 0, skipped: [] };
}

async function build(node) {
  await ensureBuilt(node);
  return { passed: 1, failed: 0, skipped: [] };
}

async function runVitest(node, project) {
  const report = reportFile(project);
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { code } = await run('vitest', args, { cwd: root, show: true, env: toolEnvironment(node) });
  return withExitCode(readVitestReport(report), code);
}

async function runPlaywright(node, browser) {
  const report = reportFile('browser');
  const { code } = await run('playwright', ['test', '-c', 'e2e/playwright.config.ts', '--reporter=list,json'], {
    cwd: root,
    show: true,
    env: toolEnvironment(node, {
      CHROMIUM_PATH: browser,
      PLAYWRIGHT_JSON_OUTPUT_FILE: report,
      PLAYWRIGHT_JSON_OUTPUT_NAME: report,
    }),
  });
  return withExitCode(readPlaywrightReport(report), code);
}

/** A runner that fails for a reason that is no test of its own (an unhandled rejection, a crash) counts as one. */
function withExitCode(counts, code) {
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

function reportFile(name) {
  const folder = join(stateFolder, 'reports');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.json`);
  if (existsSync(file)) rmSync(file);
  return file;
}
