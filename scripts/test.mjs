/**
 * `npm test`: installs what is missing, then every check of this project, one after the other; a failing step does
 * not hide the ones behind it. `npm test -- --only unit,types` runs some of them. The last line is the sum.
 */
import { command } from './lib/command.mjs';
import { explain, PlainError, say, seconds, sinceStart } from './lib/say.mjs';
import { createSteps } from './lib/steps.mjs';
import { advice, ensureSystemPackages, findBrowser } from './lib/system-packages.mjs';

const SYSTEM_STEPS = ['integration', 'browser'];

await command(async ({ node }) => {
  const only = readOnly(process.argv.slice(2));
  const wants = (name) => !only || only.includes(name);
  const missing = SYSTEM_STEPS.some(wants) ? await ensureSystemPackages() : [];
  const steps = createSteps({ node, missing, browser: findBrowser() });
  const unknown = only?.find((name) => !steps.some((step) => step.name === name));
  if (unknown)
    throw new PlainError(`No step "${unknown}".`, { todo: `Steps: ${steps.map(({ name }) => name).join(', ')}` });

  const results = [];
  for (const step of steps.filter(({ name }) => wants(name))) results.push(await runStep(step));
  return report(results, missing);
});

async function runStep({ title, run }) {
  say(`\n▶ ${title}`);
  const from = Date.now();
  const result = await run().catch((error) => {
    explain(error);
    return { passed: 0, failed: 1, skipped: [] };
  });
  if (result.output) say(result.output.trimEnd());
  const mark = result.failed > 0 ? '✗' : result.passed > 0 ? '✓' : '–';
  const line = `${mark} ${title}: ${count(result)} (${seconds(Date.now() - from)})`;
  say(line);
  return { ...result, line };
}

function report(results, missing) {
  const sum = {
    passed: results.reduce((total, { passed }) => total + passed, 0),
    failed: results.reduce((total, { failed }) => total + failed, 0),
    skipped: results.flatMap(({ skipped }) => skipped),
  };
  say(`\nAll steps, in ${sinceStart()}:`);
  for (const { line } of results) say(`  ${line}`);
  if (sum.skipped.length > 0) {
    say('\nSKIPPED:');
    for (const { title, reason } of sum.skipped) say(`  ${title} (${reason})`);
    if (missing.length > 0) say(`  ${advice(missing)}`);
  }
  say('');
  say(count(sum));
  return sum.failed === 0 ? 0 : 1;
}

function count({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped.length} skipped`;
}

function readOnly(args) {
  const at = args.indexOf('--only');
  return at === -1 ? undefined : (args[at + 1] ?? '').split(',');
}
