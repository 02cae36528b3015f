/**
 * What is sent while it is read, and may fail on the way. Before the first octet that is an error like any other; behind
 * it all that one can do is to break off, so that nobody takes the beginning for the whole. Left to itself, the adapter
 * to Node would print what went wrong past the log, which leaves out what nobody may read.
 */
import { setImmediate as nextRound } from 'node:timers/promises';
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { Log } from '../lib/log.ts';
import type { HttpEnv } from './env.ts';

/** Reads ahead the first piece alone. Throws what the source throws before it. */
export async function streamedBody(
  c: Context<HttpEnv>,
  source: ReadableStream<Uint8Array>,
  log: Pick<Log, 'warn'>,
): Promise<ReadableStream<Uint8Array>> {
  const reader = source.getReader();
  let first: Awaited<ReturnType<typeof reader.read>> | undefined = await reader.read();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = first ?? (await reader.read());
          first = undefined;
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          if (!c.req.raw.signal.aborted) {
            log.warn({ err: error, requestId: c.get('requestId') }, 'a download broke off');
          }
          await breakOff(c.env.outgoing);
          controller.close();
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/** Cuts the connection behind what has been written: the status and the beginning arrive. Settles when it is cut. */
async function breakOff(outgoing: HttpBindings['outgoing']): Promise<void> {
  // The adapter looks ahead before it writes the head; it does so while it waits for us.
  while (!outgoing.headersSent && !outgoing.destroyed) await nextRound();
  await new Promise<void>((resolve) => {
    if (outgoing.destroyed) return resolve();
    outgoing.once('close', resolve);
    outgoing.write('', () => outgoing.destroy());
  });
}
