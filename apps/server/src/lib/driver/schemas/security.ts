/** Who may come in, and what has been done with the account. */
import { z } from 'zod';

export const activitySchema = z.object({
  at: z.string(),
  /** `sign-in`, `connection.added`, …: security/audit-log.ts. */
  event: z.string(),
  /** How somebody signed in, or may from now on, where the event is about that. */
  method: z.string().optional(),
  /** Which server it is about. */
  about: z.string().optional(),
  /** The mail account it is about, while there is one. */
  account: z.string().optional(),
  address: z.string().optional(),
});
export type Activity = z.infer<typeof activitySchema>;

export const inviteSchema = z.object({
  /** Opens the sign-up page, once; shown to nobody but the one who invites. */
  token: z.string(),
  email: z.string().optional(),
  createdAt: z.string(),
  expiresAt: z.string(),
  isUsed: z.boolean(),
});
export type Invite = z.infer<typeof inviteSchema>;
