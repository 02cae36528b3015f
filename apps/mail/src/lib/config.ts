/** What the server says about itself before anybody is signed in. */
import { queryOptions } from '@tanstack/react-query';
import { z } from './zod.ts';

const endpoint = z.object({ host: z.string(), port: z.number(), security: z.enum(['tls', 'starttls', 'none']) });
const configSchema = z.object({
  signUp: z.enum(['first', 'open', 'invite', 'closed']),
  canSignUp: z.boolean(),
  mailLogin: z.boolean().default(false),
  emailProviders: z.array(z.object({ id: z.string(), name: z.string() })).default([]),
  singleSignOn: z.boolean().default(false),
  authProviders: z.array(z.object({ id: z.string(), name: z.string() })).default([]),
  passwordReset: z.boolean().default(false),
  defaultServers: z.object({ imap: endpoint, smtp: endpoint }).nullish(),
});
export type ServerConfig = z.infer<typeof configSchema>;

export const configQuery = queryOptions({
  queryKey: ['config'],
  queryFn: async (): Promise<ServerConfig> => {
    const response = await fetch('/api/config');
    if (!response.ok) throw new Error('Postroom cannot be reached.');
    return configSchema.parse(await response.json());
  },
});
