import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { MailError } from '../lib/driver/errors.ts';
import { ThrottledError } from '../security/rate-limit.ts';
import type { HttpEnv } from './env.ts';
import { createErrorHandler } from './error-response.ts';
import { mount } from './http.fixture.ts';
import { requestId } from './request-id.ts';

const failing = (error: Error) =>
  mount(
    new Hono<HttpEnv>().get('/', () => {
      throw error;
    }),
  );

describe('a failure', () => {
  it('that nobody foresaw is told without detail and logged with the request’s id', async () => {
    const error = new Error('password "hunter2" does not match');
    const { app, logged } = failing(error);
    const answer = await app.request('/');
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('hunter2');
    expect(logged).toEqual([{ err: error, requestId: 'r1', method: 'GET' }]);
  });

  it('of a kind we know is told in its own words', async () => {
    const { app, logged } = failing(
      new MailError({ code: 'CONFLICT', message: 'It has been sent.', fix: 'Look in Sent.' }),
    );
    const answer = await app.request('/');
    expect([answer.status, await answer.json()]).toEqual([
      409,
      {
        error: {
          message: 'It has been sent.',
          data: { mail: { code: 'CONFLICT', message: 'It has been sent.', fix: 'Look in Sent.', retryable: false } },
        },
      },
    ]);
    expect(logged).toEqual([]);
  });

  it('by a limit says how long to wait', async () => {
    const answer = await failing(new ThrottledError(30)).app.request('/');
    expect([answer.status, answer.headers.get('Retry-After')]).toEqual([429, '30']);
  });
});

it('every answer has the id that the log has, also that of a failure', async () => {
  const logged: unknown[] = [];
  const app = new Hono<HttpEnv>();
  app.onError(createErrorHandler({ error: (entry: unknown) => void logged.push(entry) }));
  app.use(requestId(() => 'r2')).get('/', () => {
    throw new Error('broken');
  });
  const answer = await app.request('/', { headers: { 'X-Request-Id': 'forged' } });
  expect(answer.headers.get('X-Request-Id')).toBe('r2');
  expect(logged).toEqual([expect.objectContaining({ requestId: 'r2' })]);
});
