/** A browser without a screen: follows redirects and keeps each host's cookies, until a page belongs to somebody else. */

/** Follows from `url` until the next stop would be outside of its origin, and gives that address. Throws where a page is shown. */
export async function followRedirects(url: string): Promise<string> {
  const { origin } = new URL(url);
  const cookies = new Map<string, string>();
  let at = url;
  for (let steps = 0; steps < 20; steps += 1) {
    const response = await fetch(at, {
      redirect: 'manual',
      headers: { Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`${at} answered ${response.status}: ${await response.text()}`);
    at = new URL(location, at).href;
    if (new URL(at).origin !== origin) return at;
  }
  throw new Error(`${url} redirects again and again`);
}
