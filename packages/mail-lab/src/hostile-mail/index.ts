/** The hostile set: a file a family, numbered through. */
import { drawings } from './drawings.ts';
import { elements } from './elements.ts';
import { fields } from './fields.ts';
import { buildMails, type HostileMail } from './hostile-mail.ts';
import { mutation } from './mutation.ts';
import { parts } from './parts.ts';
import { plain } from './plain.ts';
import { scripts } from './scripts.ts';
import { styles } from './styles.ts';

export { EVIL_DOMAIN, type HostileMail, marksOf, numberOf } from './hostile-mail.ts';

/** All messages of the set. */
export const hostileMails: readonly HostileMail[] = buildMails([
  ...scripts,
  ...mutation,
  ...drawings,
  ...styles,
  ...elements,
  ...plain,
  ...fields,
  ...parts,
]);
