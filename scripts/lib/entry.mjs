/**
 * Runs one of the project's TypeScript programs as our only child, directly: no shell, no loader. Signals are passed
 * on once, its exit code is ours. It holds one end of an IPC channel: when we are killed outright, it sees
 * 'disconnect' and ends by itself.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve as resolvePath } from 'node:path';
import { PlainError } from './say.mjs';
import { root, toolEnvironment } from './workspace.mjs';

/** A child that does not end this long after the signal is killed. */
const KILL_AFTER_MS = 15_000;

/** Resolves to the exit code when the program has ended. `flags` are Node's own. */
export function runEntry({ node, entry, flags = [], args = [], env = {} }) {
  const file = resolvePath(root, entry);
  if (!existsSync(file)) throw new PlainError(`${entry} is not there.`, { todo: 'Is this checkout complete?' });
  return new Promise((resolve, reject) => {
    const child = spawn(node, [...flags, file, ...args], {
      env: toolEnvironment(node, env),
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    let isEnding = false;
    // a terminal that closes (SIGHUP) means the same as being asked to end
    const pass = (signal) => {
      if (isEnding) return;
      isEnding = true;
      child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
      setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS).unref();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.removeAllListeners(signal);
      process.on(signal, pass);
    }
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + ({ SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 1)));
  });
}
