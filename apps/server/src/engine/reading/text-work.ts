/**
 * Where the heavy work on a stranger's text is done: small pieces here and now, larger ones in a thread of their own,
 * with limits of time and of memory, so that whatever a message is made of, lists go on for everybody. A thread that
 * goes beyond its limits is ended with its task; one that has nothing to do for a while gives its memory back.
 *
 * Throws MESSAGE_TOO_LARGE where a message is too much work.
 */
import { setImmediate as nextRound } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { MailError } from '../../lib/driver/errors.ts';
import { perform, type TaskKind, type TextTasks } from './text-tasks.ts';

export interface TextWork {
  run<Kind extends TaskKind>(kind: Kind, asked: TextTasks[Kind]['asked']): Promise<TextTasks[Kind]['answered']>;
  close(): Promise<void>;
}

export interface TextWorkLimits {
  /** What is at most so large is done here and now. */
  readonly smallOctets: number;
  /** For one task. */
  readonly timeMs: number;
  readonly heapMegabytes: number;
  /** A thread without work ends after this: starting one takes a third of a second. */
  readonly idleMs: number;
  /** And so much sooner after work on more than `largeOctets`: it has grown. */
  readonly idleLargeMs: number;
  readonly largeOctets: number;
  readonly threads: number;
}

const LIMITS: TextWorkLimits = {
  smallOctets: 32 * 1024,
  timeMs: 4000,
  heapMegabytes: 256,
  idleMs: 5 * 60_000,
  idleLargeMs: 5_000,
  largeOctets: 1024 * 1024,
  threads: 2,
};

const TINY_OCTETS = 2 * 1024;

interface Job {
  readonly octets: number;
  readonly message: { readonly kind: TaskKind; readonly asked: unknown };
  readonly settle: (answer: unknown) => void;
  readonly refuse: (error: Error) => void;
}

/** One thread and what it is doing. */
interface Hand {
  readonly worker: Worker;
  job: Job | undefined;
  hasGrown: boolean;
  timer: NodeJS.Timeout | undefined;
}

export function createTextWork(limits: Partial<TextWorkLimits> = {}): TextWork {
  const { smallOctets, timeMs, heapMegabytes, threads, ...idle } = { ...LIMITS, ...limits };
  const hands = new Set<Hand>();
  const waiting: Job[] = [];

  function hire(): Hand {
    const worker = new Worker(new URL('./text-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, stackSizeMb: 8 },
      env: {},
    });
    // A thread that waits for work keeps nobody's process alive.
    worker.unref();
    const hand: Hand = { worker, job: undefined, hasGrown: false, timer: undefined };
    worker.on('message', (answer) => finish(hand, (job) => job.settle(answer)));
    worker.on('error', () => dismiss(hand));
    worker.on('exit', () => dismiss(hand));
    hands.add(hand);
    rest(hand);
    return hand;
  }

  function finish(hand: Hand, say: (job: Job) => void): void {
    const { job } = hand;
    clearTimeout(hand.timer);
    hand.job = undefined;
    if (job) say(job);
    const next = waiting.shift();
    if (next) assign(hand, next);
    else rest(hand);
  }

  function rest(hand: Hand): void {
    hand.timer = setTimeout(() => dismiss(hand), hand.hasGrown ? idle.idleLargeMs : idle.idleMs);
    hand.timer.unref();
  }

  function assign(hand: Hand, job: Job): void {
    clearTimeout(hand.timer);
    hand.job = job;
    hand.hasGrown ||= job.octets > idle.largeOctets;
    hand.timer = setTimeout(() => dismiss(hand), timeMs);
    hand.worker.postMessage(job.message);
  }

  /** Ends the thread, whatever it does; what waits goes to another one. */
  function dismiss(hand: Hand): void {
    if (!hands.delete(hand)) return;
    clearTimeout(hand.timer);
    void hand.worker.terminate();
    hand.job?.refuse(tooMuch());
    const next = waiting.shift();
    if (next) assign(hire(), next);
  }

  let turn: Promise<unknown> = Promise.resolve();
  /** One piece between two rounds of the event loop: many of them together would keep everybody waiting. */
  function inTurn<Kind extends TaskKind>(kind: Kind, asked: TextTasks[Kind]['asked']) {
    const done = turn.then(() => nextRound()).then(() => perform(kind, asked));
    turn = done.catch(() => undefined);
    return done;
  }

  return {
    run(kind, asked) {
      const octets = octetsOf(asked);
      if (octets <= TINY_OCTETS) return Promise.resolve(perform(kind, asked));
      // Somebody reads what is designed: a thread is ready when something larger comes.
      if (hands.size === 0) hire();
      if (octets <= smallOctets) return inTurn(kind, asked);
      return new Promise((resolve, reject) => {
        const job: Job = {
          octets,
          message: { kind, asked },
          settle: resolve as (answer: unknown) => void,
          refuse: reject,
        };
        const free = [...hands].find((hand) => hand.job === undefined);
        if (free) assign(free, job);
        else if (hands.size < threads) assign(hire(), job);
        else waiting.push(job);
      });
    },
    async close() {
      const ended = [...hands].map(({ worker }) => worker.terminate());
      waiting.length = 0;
      await Promise.all(ended);
    },
  };
}

/** Roughly: what the work grows with. */
function octetsOf(asked: TextTasks[TaskKind]['asked']): number {
  if ('source' in asked) return asked.source.length;
  if ('parts' in asked) return [...asked.parts.values()].reduce((sum, { length }) => sum + length, 0);
  return asked.html.length + asked.text.length;
}

function tooMuch(): MailError {
  return new MailError({
    code: 'MESSAGE_TOO_LARGE',
    message: 'This message is made so that showing it would take too much work.',
    fix: 'Download it, and open it in another program if you trust its sender.',
  });
}
