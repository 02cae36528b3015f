/** What an ID token (OpenID Connect Core section 2) says of somebody, once it has been checked; and of which tenant it is, before. */
import { z } from 'zod';
import type { OAuthProvider } from './providers.ts';

/** Who somebody is at a provider. */
export interface Identity {
  /** Theirs for ever, whatever becomes of the address; with the tenant where the provider has many. */
  readonly subject: string;
  readonly email: string | null;
  /** By the provider's word. */
  readonly isEmailVerified: boolean;
  readonly name: string | null;
}

const tokenAnswer = z.object({ id_token: z.string().optional() });
const tenantClaim = z.object({ tid: z.uuid() });
const subjectClaims = z.object({ sub: z.string().min(1), tid: z.uuid().optional() });

/** The issuer of the tenant that the ID token names; everything else of the token is checked as with any provider. */
export async function tenantOf(response: Response): Promise<string> {
  const answer = tokenAnswer.safeParse(await response.clone().json());
  const [, payload = ''] = answer.data?.id_token?.split('.') ?? [];
  const claims = tenantClaim.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8') || '{}'));
  return `https://login.microsoftonline.com/${claims.data?.tid ?? 'common'}/v2.0`;
}

/** The address it names, by whichever name. */
export function addressIn(claims: Readonly<Record<string, unknown>> | undefined): string | null {
  const said = [claims?.email, claims?.preferred_username, claims?.upn];
  const address = said.find((one) => typeof one === 'string' && /^[^\s@]+@[^\s@]+$/.test(one));
  return typeof address === 'string' ? address : null;
}

export function identityIn(claims: Readonly<Record<string, unknown>>, { issuerVaries }: OAuthProvider): Identity {
  const { sub, tid } = subjectClaims.parse(claims);
  const { name } = claims;
  return {
    subject: issuerVaries ? `${tid ?? ''}/${sub}` : sub,
    email: addressIn(claims),
    isEmailVerified: claims.email_verified === true,
    name: typeof name === 'string' && name !== '' ? name : null,
  };
}
