/** The thread that does the heavy work (text-tasks.ts), one task at a time. Started and ended by text-work.ts. */
import { parentPort } from 'node:worker_threads';
import { perform, type TaskKind, type TextTasks } from './text-tasks.ts';

parentPort?.on('message', ({ kind, asked }: { kind: TaskKind; asked: TextTasks[TaskKind]['asked'] }) => {
  parentPort?.postMessage(perform(kind, asked as never));
});
