import { expect, it } from 'vitest';
import { pictureTypeOf } from './picture-type.ts';

it.each([
  { name: 'PNG', head: '\x89PNG\r\n\x1a\n\0\0', type: 'image/png' },
  { name: 'PNG after a text transfer', head: '\x89PNG\n\x1a\n\0\0', type: null },
  { name: 'JPEG', head: '\xff\xd8\xff\xe0', type: 'image/jpeg' },
  { name: 'GIF of 1987', head: 'GIF87a..', type: 'image/gif' },
  { name: 'GIF of 1989', head: 'GIF89a..', type: 'image/gif' },
  { name: 'an unknown GIF', head: 'GIF90a..', type: null },
  { name: 'WebP', head: 'RIFF\x10\0\0\0WEBPVP8 ', type: 'image/webp' },
  { name: 'WAVE, which is RIFF too', head: 'RIFF\x10\0\0\0WAVEfmt ', type: null },
  { name: 'SVG', head: '<svg xmlns="http://www.w3.org/2000/svg">', type: null },
  { name: 'SVG after XML', head: '<?xml version="1.0"?><svg/>', type: null },
  { name: 'HTML', head: '<!doctype html>', type: null },
  { name: 'PDF', head: '%PDF-1.7', type: null },
  { name: 'a picture after something else', head: ' \x89PNG\r\n\x1a\n', type: null },
  { name: 'the beginning of a PNG', head: '\x89PN', type: null },
  { name: 'nothing', head: '', type: null },
])('$name: $type', ({ head, type }) => {
  expect(pictureTypeOf(Buffer.from(head, 'latin1'))).toBe(type);
});
