import { describe, expect, it } from 'vitest';
import { fileWarning } from './filenames.ts';

describe('fileWarning', () => {
  it.each([
    ['report.pdf', undefined],
    ['photo.of.harbour.jpeg', undefined],
    ['archive.tar.gz', undefined],
    ['notes', undefined],
    [undefined, undefined],
    ['été  2026.pdf', undefined],
    ['setup.exe', 'program'],
    ['SETUP.MSI', 'program'],
    ['a.b.js', 'program'],
    ['invoice.pdf.exe', 'disguised'],
    ['invoice.pdf                                   .scr', 'disguised'],
    ['invoice\u202efdp.exe', 'disguised'],
    ['invoice\u200b.pdf', 'disguised'],
    ['picture.jpg_.lnk', 'disguised'],
    ['invoice.pdf.exe.', 'disguised'],
    ['x/y/invoice.docx.vbs', 'disguised'],
  ])('%j: %s', (name, warning) => {
    expect(fileWarning(name)).toBe(warning);
  });
});
