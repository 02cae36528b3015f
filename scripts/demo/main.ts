/**
 * The demo: a private mail server with two people's mail, the app connected to it, and now and then a new message.
 * Everything is on this machine, lives in temporary folders, and is gone when it ends.
 *
 * `--messages <n>` in Ada's account, `--port <n>` the first one tried, `--every <seconds>` between two new messages.
 */
import { parseArgs } from 'node:util';
import { createUndo, untilToldToEnd } from '../lib/undo.ts';
import { startDemo } from './demo.ts';
import { welcome } from './welcome.ts';

function readOptions() {
  const { values } = parseArgs({
    options: {
      messages: { type: 'string', default: '3000' },
      port: { type: 'string', default: '3000' },
      every: { type: 'string', default: '45' },
    },
  });
  const [messages = 0, port = 0, every = 0] = [values.messages, values.port, values.every].map(Number);
  if (![messages, port, every].every((value) => value > 0)) {
    throw new Error('--messages, --port and --every take a number above 0.');
  }
  return { messages, port, everyMs: every * 1000 };
}

const told = untilToldToEnd();
const undo = createUndo();
try {
  const demo = await startDemo({ ...readOptions(), told, onEnd: undo.push });
  process.stdout.write(welcome(demo));
  const ended = Promise.withResolvers<void>();
  told.addEventListener('abort', () => ended.resolve());
  await Promise.race([ended.promise, demo.app.ended]);
  if (!told.aborted) throw new Error('The app has ended by itself.');
} catch (error) {
  if (!told.aborted) {
    console.error(`\n✗ ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
} finally {
  await undo.run();
  if (process.connected) process.disconnect();
}
