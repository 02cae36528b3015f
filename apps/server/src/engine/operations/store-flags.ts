/** STORE of flags until all of it is stored. */
import { MailError } from '../../lib/driver/errors.ts';
import type { ImapSession } from '../imap/types.ts';
import { UidSet } from '../imap/uid-set.ts';

const STORE_TRIES = 3;

/** What a server says it passed over because it had changed (RFC 7162 MODIFIED) is stored again: flags add up. */
export async function storeFlags(
  session: ImapSession,
  uids: UidSet,
  change: Parameters<ImapSession['storeFlags']>[1],
): Promise<void> {
  let left = uids;
  for (let tries = 0; tries < STORE_TRIES; tries += 1) {
    left = UidSet.of((await session.storeFlags(left, change)).modified);
    if (left.isEmpty) return;
  }
  throw new MailError({ code: 'CONFLICT', message: 'The mail server does not let this be changed.', on: 'imap' });
}
