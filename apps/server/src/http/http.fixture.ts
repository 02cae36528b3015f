/** Routes as the app would mount them, with a caller and without the rest of the app. Test code only. */
import type { UserId } from '@postroom/db';
import { Hono } from 'hono';
import type { Caller } from '../lib/auth.ts';
import type { HttpEnv } from './env.ts';
import { createErrorHandler } from './error-response.ts';

export const ADA: Caller = { id: 'ada' as UserId, email: 'ada@lab.test', name: 'Ada', sessionId: 's1' };
export const BOB: Caller = { id: 'bob' as UserId, email: 'bob@lab.test', name: 'Bob', sessionId: 's2' };

export interface LoggedError {
  readonly requestId?: string;
  readonly err?: unknown;
}

/** The routes, for this caller; what the error handler logs is kept. */
export function mount(
  routes: Hono<HttpEnv>,
  caller: Caller | null = ADA,
): { app: Hono<HttpEnv>; logged: LoggedError[] } {
  const logged: LoggedError[] = [];
  const app = new Hono<HttpEnv>();
  app.onError(createErrorHandler({ error: (entry: LoggedError) => void logged.push(entry) }));
  app.use(async (c, next) => {
    c.set('caller', caller);
    c.set('requestId', 'r1');
    await next();
  });
  app.route('/', routes);
  return { app, logged };
}
