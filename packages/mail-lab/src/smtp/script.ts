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

/** Where the server ends the connection. `after-dot` keeps the message and does not say so: nobody can know. */
export type SmtpCut = 'connect' | 'mail' | 'rcpt' | 'data' | 'mid-data' | 'before-dot-reply' | 'after-dot';

/** How the server behaves; all of it can be changed at run time through `set`. */
export interface SmtpScript {
  /** Replies by command: whole SMTP replies (`421 4.3.2 Later`). `dot` answers the end of the data. */
  replies?: Partial<Record<'connect' | 'ehlo' | 'auth' | 'mail' | 'data' | 'dot', string | undefined>> | undefined;
  /** Replies to RCPT TO by address. */
  recipientReplies?: Record<string, string> | undefined;
  /** Ends the connection here. `before-dot-reply` throws the message away, `after-dot` has accepted it. */
  cut?: SmtpCut | undefined;
  /** Bytes of data to take before `mid-data` cuts. Default 10. */
  cutAfterBytes?: number | undefined;
  /** Waits so long before each reply. */
  delayMs?: number | undefined;
  /** Never answers this. */
  hang?: 'connect' | 'ehlo' | 'mail' | 'dot' | undefined;
  /** Called with each command's verb before it is answered. */
  onCommand?: ((verb: string) => void) | undefined;
  /** Called with each message before the reply to its dot; may give another reply. */
  onMessage?: ((message: ReceivedMessage) => string | undefined | undefined) | undefined;
}
