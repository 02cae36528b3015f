/** Signing in at a mail provider's own page: there, and what comes back from there. */

import { type Failure, failureOf } from '../../lib/api.ts';
import { z } from '../../lib/zod.ts';

const refusalSchema = z.object({
  error: z.object({
    message: z.string(),
    data: z.object({ mail: z.object({ message: z.string(), fix: z.string().optional() }).nullable() }),
  }),
});

/** What the server said no with, in its own words. */
class Refused extends Error {
  readonly fix: string | undefined;
  constructor({ message, fix }: { message: string; fix?: string | undefined }) {
    super(message);
    this.fix = fix;
  }
}

/** In words for the person at the screen. */
export function signInFailureOf(error: unknown): Failure {
  if (!(error instanceof Refused)) return failureOf(error);
  return { message: error.message, ...(error.fix === undefined ? {} : { fix: error.fix }) };
}

async function post<T>(path: string, body: object, schema: z.ZodType<T>): Promise<T> {
  const response = await fetch(`/api/auth/connect/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return schema.parse(answer);
  const refusal = refusalSchema.safeParse(answer);
  if (!refusal.success) throw new TypeError('Postroom cannot be reached.');
  throw new Refused(refusal.data.error.data.mail ?? refusal.data.error);
}

/** Leaves for the provider's page. `connectionId`: that account signs in again. */
export async function leaveToSignIn(
  provider: string,
  request: { readonly email?: string; readonly connectionId?: string },
): Promise<void> {
  const { url } = await post(encodeURIComponent(provider), request, z.object({ url: z.url() }));
  window.location.assign(url);
}

/** With what the provider sent the browser back with; the account's id. */
export async function finishSignIn(provider: string, query: string): Promise<string> {
  const done = z.object({ connectionId: z.string() });
  const { connectionId } = await post(`${encodeURIComponent(provider)}/finish`, { query }, done);
  return connectionId;
}
