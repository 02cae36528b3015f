/**
 * How people say that a file comes with what they write, by language. A star stands for any ending. Words that mean
 * something else as often (German “Anlage”, English “attach”) stand only in phrases that are plain.
 */
export const ATTACHMENT_WORDS: Readonly<Record<string, readonly string[]>> = {
  cs: ['přílo*', 'přikládá*', 'přilože*'],
  da: ['vedhæft*', 'vedlagt*'],
  de: ['anhang', 'anhänge', 'angehängt*', 'anbei', 'beigefügt*', 'beiliegend*', 'in der anlage', 'als anlage'],
  el: ['συνημμέν*', 'επισυνάπτ*', 'επισυναπτ*'],
  en: ['attached', 'attachment', 'attachments', 'attaching', 'enclosed', 'enclosing'],
  es: ['adjunto', 'adjunta', 'adjuntos', 'adjuntas', 'adjunté', 'adjuntamos', 'archivo adjunto'],
  fi: ['liitteenä', 'liitteessä', 'liitteet', 'liitetiedosto*', 'liitän', 'ohessa', 'oheisena'],
  fr: ['ci-joint*', 'pièce jointe', 'pièces jointes', 'je joins', 'en annexe'],
  he: ['מצורף', 'מצורפת', 'מצורפים', 'צירפתי'],
  hu: ['mellékel*', 'melléklet*', 'csatolt*', 'csatolom', 'csatolva'],
  it: ['allegat*', 'allego', 'alleghiamo'],
  ja: ['添付'],
  ko: ['첨부'],
  nb: ['vedlegg*', 'vedlagt*'],
  nl: ['bijlage*', 'bijgevoegd*', 'bijgesloten'],
  pl: ['załącz*'],
  pt: ['em anexo', 'anexo', 'anexos', 'anexei', 'anexad*'],
  ro: ['atașat*', 'ataşat*', 'atasat*', 'anexat*', 'în anexă'],
  ru: ['во вложении', 'вложен*', 'прикрепл*', 'прикрепил*', 'прилагаю', 'прилагаем*'],
  sv: ['bifog*', 'bilaga', 'bilagan', 'bilagor', 'bilagorna'],
  tr: ['ekte', 'ekteki', 'ektedir', 'ekli', 'ilişikte'],
  uk: ['вкладен*', 'прикріп*', 'у додатку', 'долучаю'],
  vi: ['đính kèm'],
  zh: ['附件', '附檔', '附上', '见附', '見附'],
};
