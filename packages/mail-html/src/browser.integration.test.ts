/**
 * The frame in a real browser: DOMPurify does nothing in the DOM imitations that tests use elsewhere, so only this
 * tells whether hostile markup runs or loads anything.
 */
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserHalf, hasBrowser, openTestPage, type TestPage } from './browser.fixture.ts';
import { cleanFragment } from './index.ts';

const HOSTILE = [
  '<script>parent.pwned=1</script>',
  '<img src=x onerror="parent.pwned=1">',
  '<svg onload="parent.pwned=1"><script>parent.pwned=1</script></svg>',
  '<svg><animate attributeName=href values="javascript:parent.pwned=1"/></svg>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=parent.pwned=1&gt;">',
  '<form><math><mtext></form><form><mglyph><style></math><img src onerror=parent.pwned=1>',
  '<noscript><p title="</noscript><img src=x onerror=parent.pwned=1>">',
  '<template><img src=x onerror=parent.pwned=1></template>',
  '<iframe srcdoc="<script>top.pwned=1</script>"></iframe>',
  '<object data="data:text/html,<script>top.pwned=1</script>"></object>',
  '<embed src="javascript:top.pwned=1">',
  '<meta http-equiv=refresh content="0;url=https://evil.example/"><base href="https://evil.example/">',
  '<link rel=stylesheet href="https://evil.example/a.css"><style>@import "https://evil.example/b.css"; body{background:url(https://evil.example/c.png)}</style>',
  '<img src="https://evil.example/d.png" srcset="https://evil.example/e.png 2x"><table background="https://evil.example/f.png"><td>x</table>',
  '<video autoplay src="https://evil.example/g.mp4" poster="https://evil.example/h.png"></video><audio autoplay src="https://evil.example/i.mp3"></audio>',
  '<p style="position:fixed;background-image:url(https://evil.example/j.png)">x</p>',
  '<details open ontoggle=parent.pwned=1>x</details><body onload=parent.pwned=1>',
  '</body></html><script>parent.pwned=1</script>',
  '<a href="javascript:parent.pwned=1" id=link>x</a>',
  '<input autofocus onfocus=parent.pwned=1><select autofocus onfocus=parent.pwned=1>',
];

describe.skipIf(!hasBrowser)('the message frame', () => {
  let opened: TestPage;
  let page: Page;
  let requests: string[];

  beforeAll(async () => {
    opened = await openTestPage();
    ({ page, requests } = opened);
  });
  afterAll(() => opened?.close());

  const show = (html: string) =>
    page.evaluate(async (markup) => {
      const { mail } = window as unknown as { mail: BrowserHalf };
      const frame = document.createElement('iframe');
      frame.setAttribute('sandbox', mail.FRAME_SANDBOX);
      const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
      frame.srcdoc = mail.renderMessageFrame(markup);
      document.body.append(frame);
      await loaded;
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      for (const link of frame.contentDocument?.querySelectorAll('a') ?? [])
        if (link.protocol === 'javascript:') link.click();
      const body = frame.contentDocument?.body.innerHTML ?? '';
      const height = frame.contentDocument?.documentElement.scrollHeight ?? 0;
      frame.remove();
      return { body, height, pwned: 'pwned' in window };
    }, html);

  it.each(HOSTILE)('runs and loads nothing of %s', async (html) => {
    requests.length = 0;
    for (const markup of [html, cleanFragment(html, { images: 'block' }).html]) {
      const { body, pwned } = await show(markup);
      expect(pwned).toBe(false);
      expect(body).not.toMatch(
        /<(?:script|svg|math|form|iframe|object|embed|base|meta|link|template|video|audio|input|select)\b|\son\w+=|javascript:/i,
      );
    }
    expect(requests).toEqual([]);
  });

  it('shows what is harmless as it is, and lets the parent measure it', async () => {
    const html =
      '<p style="color: red">a <b>b</b></p><a href="https://x.example/" target="_blank" rel="noopener noreferrer nofollow">l</a><table width="100%" cellpadding="0"><tbody><tr><td align="center" bgcolor="#ffffff">x</td></tr></tbody></table><img src="data:image/png;base64,AAAA"><img src="/api/image?u=1" width="10">';
    const { body, height } = await show(html);
    expect([body, height > 0]).toEqual([html, true]);
  });

  it('keeps style sheets that the server has cleaned', async () => {
    const { html } = cleanFragment('<style>p { color: red }</style><p>x</p>', { images: 'block' });
    expect((await show(html)).body).toBe(html);
  });

  it('leaves of what is pasted where an editor cut it, and nothing that runs', async () => {
    const pasted = '<p data-pm-slice="1 1 []" data-x="1" onclick="parent.pwned=1">a<script>parent.pwned=1</script></p>';
    const clean = await page.evaluate(
      (html) => (window as unknown as { mail: BrowserHalf }).mail.sanitizePasted(html),
      pasted,
    );
    expect(clean).toBe('<p data-pm-slice="1 1 []">a</p>');
  });

  it('gives the frame no right to run scripts, send forms or navigate the app', async () => {
    const { FRAME_SANDBOX } = await import('./browser.ts');
    expect(FRAME_SANDBOX).toBe('allow-same-origin allow-popups allow-popups-to-escape-sandbox');
  });
});
