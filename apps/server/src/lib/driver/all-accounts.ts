/**
 * One list over all of a user's accounts: each account's page from the same point in time, merged newest first.
 * The cursor keeps one position an account, so that mail arriving in any of them makes neither gap nor double.
 */
import type { UserId } from '@postroom/db';
import { z } from 'zod';
import type { DriverSource } from '../services.ts';
import { MailError } from './errors.ts';
import { presentConnectionId } from './ids.ts';
import type { ThreadPage } from './schemas.ts';
import type { ListOptions } from './types.ts';

/** Account → where its next page begins; null once it has no more. */
const cursorSchema = z.record(z.string(), z.string().nullable());
type Cursors = z.infer<typeof cursorSchema>;

function readCursor(cursor: string): Cursors {
  if (cursor === '') return {};
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch (cause) {
    throw new MailError({ code: 'INVALID_INPUT', message: 'This page cursor is not one of ours.', cause });
  }
}

/** Pages of `options.max` conversations over all accounts. Folder ids other than role words and views fit one account only. */
export async function listAllAccounts(
  drivers: DriverSource,
  userId: UserId,
  options: ListOptions,
): Promise<ThreadPage> {
  const cursors = readCursor(options.cursor);
  const accounts = (await drivers.connectionIds(userId)).map(presentConnectionId).filter((id) => cursors[id] !== null);
  const pages = await Promise.all(
    accounts.map(async (id) => {
      const driver = await drivers.getActiveDriver(userId, id);
      return { id, page: await driver.list({ ...options, cursor: cursors[id] ?? '' }) };
    }),
  );
  // As each account's page is sorted: what waits by when it comes back, everything else newest first.
  const isByWake = options.folder === 'snoozed' && options.query.trim() === '';
  const keyOf = ({ receivedOn, snoozedUntil = '' }: ThreadPage['threads'][number]) =>
    isByWake ? snoozedUntil : receivedOn;
  const merged = pages
    .flatMap(({ id, page }) => page.threads.map((thread) => ({ id, thread })))
    .sort((a, b) => {
      const [first, second] = isByWake ? [a, b] : [b, a];
      return keyOf(first.thread) < keyOf(second.thread) ? -1 : keyOf(first.thread) > keyOf(second.thread) ? 1 : 0;
    });
  const shown = merged.slice(0, options.max);

  const next: Cursors = { ...cursors };
  for (const { id, page } of pages) {
    const used = shown.filter((entry) => entry.id === id).length;
    if (used === page.threads.length) next[id] = page.nextPageToken;
    else if (used > 0) {
      // A page of exactly what was used ends where the next one begins.
      const driver = await drivers.getActiveDriver(userId, id);
      next[id] = (await driver.list({ ...options, cursor: cursors[id] ?? '', max: used })).nextPageToken;
    }
  }
  const more = pages.some(({ id }) => next[id] !== null) && merged.length > 0;
  const scopes = pages.map(({ page }) => page.scope).filter((scope) => scope !== null);
  return {
    threads: shown.map(({ thread }) => thread),
    nextPageToken: more ? Buffer.from(JSON.stringify(next)).toString('base64url') : null,
    scope:
      scopes.length === 0
        ? null
        : {
            indexed: scopes.reduce((sum, scope) => sum + scope.indexed, 0),
            total: scopes.reduce((sum, scope) => sum + scope.total, 0),
            server: scopes.some((scope) => scope.server === 'running')
              ? 'running'
              : scopes.some((scope) => scope.server === 'unavailable')
                ? 'unavailable'
                : 'done',
          },
  };
}
