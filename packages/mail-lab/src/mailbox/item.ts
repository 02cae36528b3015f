/** A message in its place, as the mailbox makers give it and `writeMaildir` takes it. */
export interface MailboxItem {
  /** Path below the namespace prefix, decoded, `/` between levels. */
  mailbox: string;
  /** System flags and keywords. */
  flags: string[];
  internalDate: Date;
  raw: Buffer;
}
