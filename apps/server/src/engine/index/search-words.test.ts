import { describe, expect, it } from 'vitest';
import { searchWords, vectorOf } from './search-words.ts';

describe('searchWords', () => {
  it.each([
    { name: 'case and accents aside', text: 'Éclair CAFÉ naïve', words: ['eclair', 'cafe', 'naive'] },
    { name: 'German sharp s', text: 'Straße', words: ['strasse'] },
    {
      name: 'an e-mail address by its pieces',
      text: 'Ada.L@mail.lab.test',
      words: ['ada', 'l', 'mail', 'lab', 'test'],
    },
    { name: 'Japanese by pairs of characters', text: '会議の資料', words: ['会議', '議の', 'の資', '資料'] },
    { name: 'a single character of Japanese alone', text: '会', words: ['会'] },
    { name: 'scripts side by side', text: 'PDFを2通', words: ['pdf', 'を', '2', '通'] },
    { name: 'Cyrillic', text: 'Привет, Мир', words: ['привет', 'мир'] },
    { name: 'nothing of nothing', text: ' -- ', words: [] },
  ])('$name', ({ text, words }) => {
    expect(searchWords(text)).toEqual(words);
  });
});

describe('vectorOf', () => {
  it('weights words and keeps phrases from running over', () => {
    expect(
      vectorOf([
        { text: 'Lunch today', weight: 'A' },
        { text: 'today', weight: 'D' },
      ]),
    ).toBe("'lunch':1A 'today':2A,13D");
  });
  it('has no quote that could end the literal', () => {
    expect(vectorOf([{ text: "it's \\ 'quoted'", weight: 'D' }])).toBe("'it':1D 's':2D 'quoted':3D");
  });
});
