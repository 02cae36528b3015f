import { describe, expect, it } from 'vitest';
import { ATTACHMENT_WORDS } from './attachment-words.ts';
import { questionBefore, wordOfFile } from './before-sending.ts';

describe('a file is spoken of', () => {
  it.each([
    ['cs', 'V příloze posílám smlouvu.', 'příloze'],
    ['da', 'Filen er vedhæftet.', 'vedhæftet'],
    ['de', 'Der Vertrag ist angehängt.', 'angehängt'],
    ['de', 'Anbei der Vertrag', 'Anbei'],
    ['el', 'Θα βρείτε συνημμένο το αρχείο.', 'συνημμένο'],
    ['en', 'Please see the ATTACHED report', 'ATTACHED'],
    ['es', 'Te envío adjunto el informe.', 'adjunto'],
    ['fi', 'Raportti on liitteenä.', 'liitteenä'],
    ['fr', 'Vous trouverez la pie\u0300ce jointe.', 'pièce jointe'],
    ['fr', 'Le contrat ci-jointe', 'ci-jointe'],
    ['he', 'הקובץ מצורף', 'מצורף'],
    ['hu', 'Mellékelten küldöm.', 'Mellékelten'],
    ['it', 'In allegato il contratto.', 'allegato'],
    ['ja', 'ファイルを添付します。', '添付'],
    ['ko', '파일을 첨부합니다.', '첨부'],
    ['nb', 'Se vedlegget.', 'vedlegget'],
    ['nl', 'Zie de bijlage.', 'bijlage'],
    ['pl', 'W załączniku umowa.', 'załączniku'],
    ['pt', 'Segue em   anexo.', 'em   anexo'],
    ['ro', 'Am atașat contractul.', 'atașat'],
    ['ru', 'Договор во вложении.', 'во вложении'],
    ['sv', 'Jag bifogar avtalet.', 'bifogar'],
    ['tr', 'Dosya ektedir.', 'ektedir'],
    ['uk', 'Договір у додатку.', 'у додатку'],
    ['vi', 'Tôi gửi đính kèm.', 'đính kèm'],
    ['zh', '请查收附件。', '附件'],
  ])('in %s: %s', (_language, written, word) => {
    expect(wordOfFile(written)).toBe(word);
  });

  it.each([
    'Could you attach yourself to the other group?',
    'It was unattached.',
    'Die Anlage läuft wieder.',
    'Herr Vorhang kommt.',
    'Der Zusammenhang ist klar.',
    'Le point est clair.',
    'Bekte is a village.',
    '',
  ])('not in: %s', (written) => {
    expect(wordOfFile(written)).toBeUndefined();
  });

  it('by words that are spelled as they are compared', () => {
    const words = Object.values(ATTACHMENT_WORDS).flat();
    expect(
      words.filter((word) => word !== word.normalize('NFC').toLowerCase() || /[^\p{L}\p{M} *-]/u.test(word)),
    ).toEqual([]);
  });
});

describe('before a message goes', () => {
  const message = { subject: 'Report', written: 'See attached.', hasFiles: false };
  it.each([
    ['the file that is missing is asked for', message, [], { kind: 'no-file', word: 'attached' }],
    ['nothing is asked where there is one', { ...message, hasFiles: true }, [], undefined],
    ['nothing is asked a second time', message, ['no-file'] as const, undefined],
    [
      'the subject is asked for after the file',
      { ...message, subject: ' ' },
      ['no-file'] as const,
      { kind: 'no-subject' },
    ],
    ['the subject is asked for', { ...message, subject: '', written: 'Hi' }, [], { kind: 'no-subject' }],
    [
      'what a template left open comes first',
      { ...message, written: 'Hi {{first name}}, it is attached.' },
      [],
      { kind: 'placeholder', placeholder: '{{first name}}' },
    ],
    [
      'what is left open in the subject too',
      { ...message, subject: 'For {{name}}', hasFiles: true },
      [],
      { kind: 'placeholder', placeholder: '{{name}}' },
    ],
    ['nothing is asked where all is there', { ...message, written: 'Hi' }, [], undefined],
  ])('%s', (_what, written, asked, question) => {
    expect(questionBefore(written, new Set(asked))).toEqual(question);
  });
});
