/** What a test can make the memory SMTP server do, and what it collects. */

/** A message that was accepted. */
export interface ReceivedMessage {
  mailFrom: string;
  rcptTo: string[];
  raw: Buffer;
  /** Who was logged in. */
  user: string | undefined;
  /** Number of the connection it came on, from 1. */
  connection: number;
}

/** What a server answers. */
export type SmtpStep = 'connect' | 'ehlo' | 'starttls' | 'auth' | 'mail' | 'rcpt' | 'data' | 'dot';

/** Where the server ends the connection. `after-dot` keeps the message and does not say so: nobody can know. */
export type SmtpCut = Exclude<SmtpStep, 'dot'> | 'mid-data' | 'before-dot-reply' | 'after-dot';

/** How the server behaves; all of it can be changed at run time through `set`. */
export interface SmtpScript {
  /** Replies by command: whole SMTP replies (`421 4.3.2 Later`). `dot` answers the end of the data. */
  replies?: Partial<Record<SmtpStep, string | undefined>> | undefined;
  /** Replies to RCPT TO by address. */
  recipientReplies?: Record<string, string> | undefined;
  /** So many recipients a message: further ones are answered with 452 4.5.3. */
  maxRecipients?: number | undefined;
  /** Ends the connection here. `before-dot-reply` throws the message away, `after-dot` has accepted it. */
  cut?: SmtpCut | undefined;
  /** Bytes of data to take before `mid-data` cuts. Default 10. */
  cutAfterBytes?: number | undefined;
  /** Waits so long before each reply. */
  delayMs?: number | undefined;
  /** Never answers this. */
  hang?: SmtpStep | undefined;
  /** Called with each command's verb before it is answered. */
  onCommand?: ((verb: string) => void) | undefined;
  /** Called with each message before the reply to its dot; may give another reply. */
  onMessage?: ((message: ReceivedMessage) => string | undefined | undefined) | undefined;
}
