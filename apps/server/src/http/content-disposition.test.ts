import { describe, expect, it } from 'vitest';
import { contentDisposition } from './content-disposition.ts';

describe('the name of a file in a header', () => {
  it.each([
    { name: 'a plain one', filename: 'plan.pdf', ascii: 'plan.pdf', exact: 'plan.pdf' },
    { name: 'spaces and brackets', filename: 'a (1) b.pdf', ascii: 'a (1) b.pdf', exact: 'a%20%281%29%20b.pdf' },
    {
      name: 'line ends',
      filename: 'a\r\nSet-Cookie: x=y.pdf',
      ascii: 'aSet-Cookie_ x=y.pdf',
      exact: 'aSet-Cookie_%20x%3Dy.pdf',
    },
    {
      name: 'quotes',
      filename: 'a"; filename="b.exe',
      ascii: 'a_; filename=_b.exe',
      exact: 'a_%3B%20filename%3D_b.exe',
    },
    { name: 'a path', filename: '../../etc/passwd', ascii: 'passwd', exact: 'passwd' },
    { name: 'a path of Windows', filename: 'C:\\windows\\evil.dll', ascii: 'evil.dll', exact: 'evil.dll' },
    { name: 'a bidirectional override', filename: 'photo\u202egnp.exe', ascii: 'photognp.exe', exact: 'photognp.exe' },
    { name: 'percent signs', filename: '100%25.txt', ascii: '100_25.txt', exact: '100%2525.txt' },
    { name: 'accents', filename: 'Übersicht.pdf', ascii: 'Ubersicht.pdf', exact: '%C3%9Cbersicht.pdf' },
    { name: 'Hebrew', filename: 'שלום.txt', ascii: '____.txt', exact: '%D7%A9%D7%9C%D7%95%D7%9D.txt' },
    { name: 'an emoji', filename: '🎉.png', ascii: '_.png', exact: '%F0%9F%8E%89.png' },
    { name: 'half an emoji', filename: 'a\ud83c.png', ascii: 'a_.png', exact: 'a%EF%BF%BD.png' },
    { name: 'an apostrophe', filename: "Bob's.txt", ascii: "Bob's.txt", exact: 'Bob%27s.txt' },
    { name: 'nothing', filename: '', ascii: 'attachment.pdf', exact: 'attachment.pdf' },
  ])('$name', ({ filename, ascii, exact }) => {
    const value = contentDisposition({ kind: 'attachment', filename, mimeType: 'application/pdf' });
    expect(value).toBe(`attachment; filename="${ascii}"; filename*=UTF-8''${exact}`);
    expect(value).toMatch(/^[\x20-\x7e]+$/);
  });
});
