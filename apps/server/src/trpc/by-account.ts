/**
 * Conversations from several accounts in one call (the unified inbox): ids carry their account, so an action goes to
 * each account's driver, and one undo token takes all of it back.
 */
import { isPublicId, parseId, presentConnectionId } from '../lib/driver/ids.ts';
import type { ActionResult } from '../lib/driver/schemas.ts';
import type { MailManager } from '../lib/driver/types.ts';
import type { Caller, Context } from './context.ts';

export type CallerContext = Context & { caller: Caller };

/** Runs the action on every account that the thread ids name. Someone else's id fails all of it before anything is done. */
export async function actOnThreads(
  ctx: CallerContext,
  ids: readonly string[],
  action: (driver: MailManager, ids: string[]) => Promise<ActionResult>,
): Promise<ActionResult> {
  const byConnection = new Map<string, string[]>();
  for (const id of new Set(ids)) {
    const connectionId = presentConnectionId(parseId('thread', id).connectionId);
    byConnection.set(connectionId, [...(byConnection.get(connectionId) ?? []), id]);
  }
  const work: { driver: MailManager; ids: string[] }[] = [];
  for (const [connectionId, own] of byConnection) {
    const driver = await ctx.services.drivers.getActiveDriver(ctx.caller.id, connectionId);
    work.push({ driver, ids: await driver.normalizeIds(own) });
  }
  const tokens: string[] = [];
  for (const { driver, ids: own } of work) {
    const { undo } = await action(driver, own);
    if (undo !== undefined) tokens.push(undo);
  }
  return { success: true, ...(tokens.length > 0 ? { undo: tokens.join('~') } : {}) };
}

/** The driver of the account that a scoped id (message, draft, thread) names. */
export function driverOf(
  ctx: CallerContext,
  kind: 'thread' | 'message' | 'draft' | 'label',
  id: string,
): Promise<MailManager> {
  return ctx.services.drivers.getActiveDriver(ctx.caller.id, presentConnectionId(parseId(kind, id).connectionId));
}

/**
 * What a message being written refers to: a conversation, a message, a draft, by our ids; anything that is no such id
 * names nothing of anybody. Fails as not found when one of them is in somebody else's account.
 */
export async function requireOwnAccounts(
  ctx: CallerContext,
  ids: readonly (string | null | undefined)[],
): Promise<void> {
  for (const id of ids) {
    const kind = (['thread', 'message', 'draft'] as const).find((one) => isPublicId(one, id ?? ''));
    if (kind) await driverOf(ctx, kind, id ?? '');
  }
}
