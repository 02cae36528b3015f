/**
 * Child processes that never outlive us: each gets a process group of its own, which is ended when its leader has
 * ended, and when we are told to end.
 */
import { spawn } from 'node:child_process';

const running = new Set();
const GRACE_MS = 10_000;
/** the exit code that a signal to us asks for, once there was one */
let stopCode;

/** Whether a signal has told us to end. */
export function isStopping() {
  return stopCode !== undefined;
}

/**
 * Runs a command to its end: `{ code, signal, output }`. `show: false` keeps the output back for the caller to print
 * when it matters.
 */
export function run(command, args, { show = false, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const stdio = show ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'];
    const child = spawn(command, args, { detached: true, stdio, ...options });
    let output = '';
    const collect = (chunk) => {
      output += chunk;
    };
    child.stdout?.setEncoding('utf8').on('data', collect);
    child.stderr?.setEncoding('utf8').on('data', collect);
    running.add(child);
    child.once('error', (error) => {
      running.delete(child);
      reject(error);
    });
    child.once('exit', () => signalGroup(child, 'SIGKILL')); // whatever it has left in its group
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal, output });
    });
  });
}

/**
 * npm's shell does not pass signals on, and npm itself may be killed: when whoever started us is gone, we end as if
 * told to.
 */
export function stopWithParent() {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent && process.listenerCount('SIGTERM') > 0) process.emit('SIGTERM', 'SIGTERM');
  }, 250).unref();
}

/** Ends the running commands at SIGINT, SIGTERM and SIGHUP, then us, with the signal's exit code. */
export function stopOnSignals() {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ]) {
    process.on(signal, () => {
      if (isStopping()) return;
      stopCode = code;
      for (const child of running) signalGroup(child, 'SIGTERM');
      const exitWhenIdle = setInterval(() => running.size === 0 && process.exit(code), 20);
      setTimeout(() => {
        clearInterval(exitWhenIdle);
        for (const child of running) signalGroup(child, 'SIGKILL');
        process.exit(code);
      }, GRACE_MS).unref();
    });
  }
}

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // nobody is left in the group
  }
}
