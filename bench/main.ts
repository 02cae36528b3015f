/** The benchmarks: sets the stage, measures, says and saves what came of it. What is too slow does not fail it. */
import { relative } from 'node:path';
import { createUndo, untilToldToEnd } from '../scripts/lib/undo.ts';
import { measure } from './measure.ts';
import { readOptions } from './options.ts';
import { lineOf, makeReport, saveReport, tableOf } from './report.ts';
import type { Row } from './row.ts';
import { setStage } from './stage.ts';

const say = (line: string) => process.stdout.write(`· ${line} …\n`);

async function bench(onEnd: (step: () => unknown) => void): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  say(`making an inbox of ${options.messages} messages`);
  const stage = await setStage(options, onEnd);
  const rows: Row[] = [];
  try {
    for await (const measured of measure(stage, options, say)) {
      rows.push(...measured);
      for (const one of measured) process.stdout.write(`${lineOf(one)}\n`);
    }
  } finally {
    // What was measured before something failed took an hour, perhaps.
    const report = makeReport(options.messages, rows);
    const file = await saveReport(report);
    process.stdout.write(`\n${tableOf(report)}\n\nSaved as ${relative(process.cwd(), file)}.\n`);
  }
}

const told = untilToldToEnd();
const undo = createUndo();
try {
  const ended = Promise.withResolvers<void>();
  told.addEventListener('abort', () => ended.resolve());
  await Promise.race([bench(undo.push), ended.promise]);
} catch (error) {
  if (!told.aborted) {
    console.error(error);
    process.exitCode = 1;
  }
} finally {
  await undo.run();
  if (told.aborted) process.exit(130);
  if (process.connected) process.disconnect();
}
