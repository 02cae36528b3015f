/** What was found out about an account's servers by watching them, in words, and what it means. Pure. */
import type { Learned } from '@postroom/db';
import type { DoctorReport } from '../../lib/driver/schemas.ts';

type Check = DoctorReport['checks'][number];

const MEGABYTE = 1_000_000;

/** One line for each thing that is known; nothing for what is not. */
export function learnedChecks(learned: Learned): Check[] {
  const { sentAutoSave, rewritesMessageId, qresyncTrusted, snoozesHere, maxConnections, smtpSize } = learned;
  const checks: (Check | false)[] = [
    sentAutoSave !== undefined && {
      id: 'learned-sent',
      ok: true,
      title: 'A copy of what you send',
      detail: sentAutoSave ? 'The server puts it into Sent by itself.' : 'Postroom puts it into Sent.',
    },
    rewritesMessageId === true && {
      id: 'learned-message-id',
      ok: true,
      title: 'The server renames what you send',
      detail: 'It gives sent messages an id of its own; they are recognised all the same.',
    },
    qresyncTrusted === false && {
      id: 'learned-qresync',
      ok: false,
      title: 'The server’s own account of what changed was wrong',
      detail: 'It disagreed with what was in the folder (QRESYNC).',
      consequence: 'It is not believed any more: changes are found by comparing.',
      fix: 'If the server was updated since, have the account read anew.',
    },
    snoozesHere === true && {
      id: 'learned-snooze',
      ok: false,
      title: 'Snoozed mail lies in a folder of its own',
      detail: 'The server would not have that folder, or would not let mail be moved there.',
      consequence: 'What you snooze is put away here alone; other mail programs go on showing it.',
    },
    maxConnections !== undefined && {
      id: 'learned-connections',
      ok: maxConnections > 1,
      title: 'Connections at the same time',
      detail: `The server allows ${maxConnections}.`,
      ...(maxConnections > 1
        ? {}
        : { consequence: 'Nothing waits for new mail: the inbox is looked at every 15 seconds.' }),
    },
    smtpSize !== undefined && {
      id: 'learned-size',
      ok: true,
      title: 'The largest message',
      detail: `The server takes up to ${Math.floor(smtpSize / MEGABYTE)} MB, files included.`,
    },
  ];
  return checks.filter((check) => check !== false);
}
