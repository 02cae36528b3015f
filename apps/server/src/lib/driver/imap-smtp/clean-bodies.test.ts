import { afterAll, describe, expect, it } from 'vitest';
import { createTextWork, type TextWork } from '../../../engine/reading/text-work.ts';
import { cleanBody } from './clean-bodies.ts';

const work = createTextWork();
afterAll(() => work.close());

/** How often the text was cleaned, and what came of it. */
async function clean(html: string) {
  let runs = 0;
  const counted: TextWork = {
    ...work,
    run(kind, asked) {
      runs += 1;
      return work.run(kind, asked);
    },
  };
  const signImage = (id: string, url: string) => `/api/image?m=${id}&u=${encodeURIComponent(url)}`;
  const body = { html, text: '', authentication: null };
  const attachments = [
    { attachmentId: '2', filename: 'a.png', mimeType: 'image/png', size: 1, contentId: 'pic@x', inline: true },
  ];
  const cleaned = await cleanBody({ textWork: counted, signImage }, 'm1-7', { body, attachments });
  return { runs, html: 'html' in cleaned ? cleaned.html : cleaned.message };
}

describe('the pictures of a message', () => {
  it.each([
    [
      'a source',
      '<img src="https://a.example/b.png?c=1&amp;d=2">',
      1,
      '<img src="/api/image?m=m1-7&amp;u=https%3A%2F%2Fa.example%2Fb.png%3Fc%3D1%26d%3D2" />',
    ],
    [
      'a style',
      '<p style="background:url(http://a.example/b.png)">x</p>',
      1,
      '<p style="background: url(&quot;/api/image?m=m1-7&amp;u=http%3A%2F%2Fa.example%2Fb.png&quot;)">x</p>',
    ],
    [
      'a background',
      '<table background=//A.example/b.png><tr><td>x</table>',
      1,
      '<table background="/api/image?m=m1-7&amp;u=https%3A%2F%2Fa.example%2Fb.png"><tr><td>x</td></tr></table>',
    ],
    [
      'one that is spelled so that nobody would guess it',
      '<img src="ht&#116;ps://a.example/b.png">',
      2,
      '<img src="/api/image?m=m1-7&amp;u=https%3A%2F%2Fa.example%2Fb.png" />',
    ],
    ['its own', '<img src="cid:pic@x">', 1, '<img src="/api/messages/m1-7/attachments/2" />'],
  ])('come by way of ours: %s', async (_, html, runs, expected) => {
    expect(await clean(html)).toEqual({ runs, html: expected });
  });
});
