/** Mail accounts: how they are connected, tested and looked after, and whom they write as. */
import { z } from 'zod';
import { ERROR_CODES } from '../errors.ts';
import { oneLine } from './text.ts';

export const endpointSchema = z.object({
  host: z
    .string()
    .trim()
    .min(1)
    .max(253)
    .regex(/^[A-Za-z0-9.:_-]+$/, 'a host name or an IP address'),
  port: z.number().int().min(1).max(65535),
  security: z.enum(['tls', 'starttls', 'none']),
});
export type Endpoint = z.infer<typeof endpointSchema>;

const username = z
  .string()
  .min(1)
  .max(320)
  .regex(/^[^\r\n\0]+$/);
const password = z
  .string()
  .min(1)
  .max(2000)
  .regex(/^[^\r\n\0]+$/);

export const pinsSchema = z.object({ imap: z.string().max(100).optional(), smtp: z.string().max(100).optional() });
export const passwordAuthSchema = z.object({ type: z.literal('password'), password });

export const newConnectionSchema = z.object({
  providerId: z.literal('imap').optional(),
  email: z.email().max(320),
  name: oneLine(200).optional(),
  imap: endpointSchema.extend({ username: username.optional() }),
  smtp: endpointSchema.extend({ username: username.optional(), password: password.optional() }),
  auth: passwordAuthSchema,
  tls: z.object({ pins: pinsSchema.optional() }).optional(),
});
export type NewConnection = z.infer<typeof newConnectionSchema>;

export const connectionUpdateSchema = z.object({
  connectionId: z.string().max(32),
  name: oneLine(200).optional(),
  imap: newConnectionSchema.shape.imap.optional(),
  smtp: newConnectionSchema.shape.smtp.optional(),
  auth: passwordAuthSchema.optional(),
  tls: newConnectionSchema.shape.tls,
  paused: z.boolean().optional(),
});
export type ConnectionUpdate = z.infer<typeof connectionUpdateSchema>;

export const certificateSchema = z.object({
  subject: z.string(),
  issuer: z.string(),
  altNames: z.array(z.string()),
  validFrom: z.string(),
  validTo: z.string(),
  fingerprint256: z.string(),
  pin: z.string(),
  problem: z.enum(['self-signed', 'expired', 'not-yet-valid', 'wrong-host', 'unknown-authority']).optional(),
});
export type Certificate = z.infer<typeof certificateSchema>;

export const probeSchema = z.object({
  ok: z.boolean(),
  code: z.enum(ERROR_CODES).optional(),
  message: z.string().optional(),
  fix: z.string().optional(),
  capabilities: z.array(z.string()).optional(),
  /** Octets of a message that the submission server takes, files as base64; absent where it names no limit. */
  maxMessageSize: z.number().optional(),
  certificate: certificateSchema.optional(),
});
export type Probe = z.infer<typeof probeSchema>;
export const testResultSchema = z.object({ imap: probeSchema, smtp: probeSchema });
export type ConnectionTest = z.infer<typeof testResultSchema>;

export const candidateSchema = z.object({
  source: z.string(),
  provider: z.string(),
  imap: endpointSchema.extend({ username: z.string() }),
  smtp: endpointSchema.extend({ username: z.string() }),
  auth: z.array(z.enum(['password', 'app-password', 'oauth2'])),
  /** The provider whose sign-in page connects it (`/api/auth/connect/<it>`), where this server is set up for it. */
  oauth: z.string().optional(),
  help: z.object({ text: z.string(), url: z.string().optional() }).optional(),
});
export type Candidate = z.infer<typeof candidateSchema>;

export const connectionSchema = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  providerId: z.string(),
  auth: z.enum(['password', 'oauth2']),
  /** Whose sign-in page it was connected by, or could be. */
  oauth: z.string().optional(),
  isDefault: z.boolean(),
  picture: z.string().optional(),
  createdAt: z.string(),
  state: z.enum(['syncing', 'live', 'degraded', 'needs-attention', 'paused']),
  error: z
    .object({
      code: z.enum(ERROR_CODES),
      message: z.string(),
      fix: z.string().optional(),
      on: z.enum(['imap', 'smtp']).optional(),
    })
    .optional(),
  /** Octets of a message that the submission server takes, files as base64; absent where no limit is known. */
  maxMessageSize: z.number().optional(),
  progress: z.object({ synced: z.number(), total: z.number() }),
  bodies: z.object({ indexed: z.number(), total: z.number() }),
  /** Public settings, to fill the edit form. No secret. */
  imap: endpointSchema.extend({ username: z.string() }),
  smtp: endpointSchema.extend({ username: z.string() }),
});
export type Connection = z.infer<typeof connectionSchema>;

export const doctorSchema = z.object({
  checks: z.array(
    z.object({
      id: z.string(),
      ok: z.boolean(),
      title: z.string(),
      detail: z.string(),
      consequence: z.string().optional(),
      fix: z.string().optional(),
      /** Of `imap` and `smtp`: why not, and the certificate where it is the reason. */
      code: z.enum(ERROR_CODES).optional(),
      certificate: certificateSchema.optional(),
    }),
  ),
  report: z.string(),
});
export type DoctorReport = z.infer<typeof doctorSchema>;

/** Where an identity sends through that does not use the account's server. Without a password: the one that is kept for it. */
export const identityServerSchema = endpointSchema.extend({
  username: username.optional(),
  password: password.optional(),
  /** Of a certificate that was compared and trusted. */
  pin: z.string().max(100).optional(),
});
export type IdentityServer = z.infer<typeof identityServerSchema>;

export const identitySchema = z.object({
  id: z.string(),
  connectionId: z.string(),
  name: z.string(),
  email: z.string(),
  signature: z.string().optional(),
  replyTo: z.string().optional(),
  bccSelf: z.boolean().optional(),
  /** Its own submission server, without the password; absent: the account's. */
  smtp: endpointSchema.extend({ username: z.string() }).optional(),
  /** Octets of a message that this server takes. */
  maxMessageSize: z.number().optional(),
  /** Why nothing goes through this server. */
  error: connectionSchema.shape.error,
  isDefault: z.boolean(),
});
export type Identity = z.infer<typeof identitySchema>;
type IdentityFields = Pick<Identity, 'name' | 'email' | 'signature' | 'replyTo' | 'bccSelf' | 'isDefault'>;
export type NewIdentity = IdentityFields & { connectionId: string; smtp?: IdentityServer | undefined };
/** `smtp` null: the account's server from now on. */
export type IdentityChange = { [Name in keyof IdentityFields]?: IdentityFields[Name] | undefined } & {
  id: string;
  smtp?: IdentityServer | null | undefined;
};
/** What is to be tried. With an id its address and password serve where none are given. */
export interface IdentityServerTest {
  id?: string | undefined;
  email?: string | undefined;
  smtp: IdentityServer;
}
