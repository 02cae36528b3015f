/** What the driver answers where the engine has said all there is. */
import { MailError } from '../errors.ts';
import type { ActionResult } from '../schemas.ts';

export function success({ undo }: { readonly undo?: string }): ActionResult {
  return { success: true, ...(undo === undefined ? {} : { undo }) };
}

export function noTokens(): MailError {
  return new MailError({ code: 'NOT_SUPPORTED', message: 'This account signs in with a password; it has no tokens.' });
}
