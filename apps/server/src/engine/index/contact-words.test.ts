import { describe, expect, it } from 'vitest';
import { contactWords, personKey, personName, wordStarts } from './contact-words.ts';

describe('one person, however spelled', () => {
  it.each([
    ['Ada.Lund@Lab.Test', 'ada.lund@lab.test'],
    ['A.da.Lund@GoogleMail.com', 'adalund@gmail.com'],
    ['ada+shop@gmail.com', 'ada+shop@gmail.com'],
    ['...@gmail.com', '...@gmail.com'],
    ['ivana@Pošta.example', 'ivana@xn--pota-h6a.example'],
    ['ivana@xn--pota-h6a.example', 'ivana@xn--pota-h6a.example'],
  ])('%s is %s', (email, key) => expect(personKey(email)).toBe(key));

  it.each([
    ["'Ada Lund'", 'Ada Lund'],
    ['“Ada”', 'Ada'],
    ['ADA@lab.test', ''],
    ["Ada O'Hara", "Ada O'Hara"],
  ])('the name %s is %s', (name, bare) => expect(personName(name, 'ada@lab.test')).toBe(bare));
});

describe('words find who has a word that begins so', () => {
  const found = (name: string, email: string, query: string) =>
    wordStarts(query).every((start) => contactWords(name, email).includes(start));
  it.each([
    ['José Ångström', 'jose@lab.test', 'angs', true],
    ['Jose Angstrom', 'jose@lab.test', 'Ångs jos', true],
    ['Søren Łukasiewicz', 's@lab.test', 'soren lukas', true],
    ['Æsa Þórðar', 'a@lab.test', 'aesa thord', true],
    ["Nora O'Hara-Bly", 'nora@lab.test', 'hara', true],
    ["Nora O'Hara-Bly", 'nora@lab.test', "o'ha", true],
    ["Nora O'Hara-Bly", 'nora@lab.test', 'bly', true],
    ['Nora', 'n.bly@harbour.example', 'n.bly@har', true],
    ['Nora', 'n.bly@harbour.example', '@harb', true],
    ['Nora', 'n.bly@harbour.example', 'arbour', false],
    ['Nora', 'n.bly@harbour.example', '"Nora" <n.bly@', true],
    ['山田太郎', 'yamada@lab.test', '太郎', true],
    ['김민준', 'kim@lab.test', '민준', true],
    ['김민준', 'kim@lab.test', '기', true],
    ['Ивана Брук', 'i@lab.test', 'БРУ', true],
    ['', 'i@xn--pota-h6a.example', 'pošta', true],
    ['100% Wool', 'w@lab.test', '100%', true],
    ['1000 Wool', 'w@lab.test', '100%', false],
    ['Nora', 'nora@lab.test', '.*', false],
    ['Nora', 'nora@lab.test', '', true],
  ])('%s <%s> by %s: %s', (name, email, query, isFound) => expect(found(name, email, query)).toBe(isFound));
});
