import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { followRedirects } from './browse.ts';
import { type OpenIdServer, startOpenId } from './start-openid.ts';

const REDIRECT = 'http://localhost:1/callback';
const VERIFIER = 'not-a-secret-verifier-not-a-secret-verifier-';
let openid: OpenIdServer;
beforeAll(async () => {
  openid = await startOpenId({ person: 'ada@lab.test' });
  openid.allowRedirect(REDIRECT);
});
afterAll(() => openid?.stop());

const basic = (url: URL) => ({ Authorization: `Basic ${btoa(`${url.username}:${url.password}`)}` });
async function post(url: string, form: Record<string, string>): Promise<Record<string, unknown>> {
  const whole = new URL(url);
  const response = await fetch(`${whole.origin}${whole.pathname}`, {
    method: 'POST',
    headers: basic(whole),
    body: new URLSearchParams(form),
  });
  return (await response.json()) as Record<string, unknown>;
}
const tokens = (form: Record<string, string>) =>
  post(`${openid.issuer.replace('://', `://${openid.client.id}:${openid.client.secret}@`)}/token`, form);

it('gives tokens for a code with PKCE, new ones once for a refresh token, and none when the consent is withdrawn', async () => {
  const authorize = new URL(`${openid.issuer}/auth`);
  authorize.search = new URLSearchParams({
    client_id: openid.client.id,
    redirect_uri: REDIRECT,
    response_type: 'code',
    scope: 'openid email mail offline_access',
    prompt: 'consent',
    state: 'x',
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  const back = new URL(await followRedirects(authorize.href));
  const first = await tokens({
    grant_type: 'authorization_code',
    code: back.searchParams.get('code') ?? '',
    redirect_uri: REDIRECT,
    code_verifier: VERIFIER,
  });
  const introspected = await post(openid.introspectionUrl, { token: String(first.access_token) });
  expect(introspected).toMatchObject({ active: true, sub: 'ada@lab.test' });
  const refresh = { grant_type: 'refresh_token', refresh_token: String(first.refresh_token) };
  const second = await tokens(refresh);
  expect(second.access_token).not.toBe(first.access_token);
  openid.revokeAll();
  expect(await post(openid.introspectionUrl, { token: String(second.access_token) })).toEqual({ active: false });
  expect(await tokens({ ...refresh, refresh_token: String(second.refresh_token) })).toMatchObject({
    error: 'invalid_grant',
  });
  expect(openid.tokenRequests).toEqual([
    { grantType: 'authorization_code', status: 200 },
    { grantType: 'refresh_token', status: 200 },
    { grantType: 'refresh_token', status: 400 },
  ]);
});
