/** What people write, in the scripts of the world and at the edges of what mail can carry. Test code only. */

export interface Composed {
  readonly what: string;
  readonly name: string;
  readonly subject: string;
  /** As lines. */
  readonly text: readonly string[];
  readonly fileName: string;
}

const of = (what: string, name: string, subject: string, text: readonly string[], fileName: string): Composed => ({
  what,
  name,
  subject,
  text,
  fileName,
});

export const MESSAGES: readonly Composed[] = [
  of('English', 'Bob O’Hara, Jr.', 'Plans for “May”', ['Shall we meet at 9?', '', 'Ada'], 'plan & budget (final).pdf'),
  of('German', 'Jürgen Groß', 'Grüße aus Köln: 5 €', ['Schöne Grüße, ß und ẞ.'], 'Übersicht für März.pdf'),
  of('French', 'Éloïse Lefèvre', 'Déjà vu à Nîmes', ['Ça va ? Œuvre d’été.'], 'reçu n° 12.pdf'),
  of('Polish', 'Łukasz Żółć', 'Zażółć gęślą jaźń', ['Pchnąć w tę łódź jeża.'], 'umowa źródłowa.pdf'),
  of('Czech', 'Jiří Dvořák', 'Příliš žluťoučký kůň', ['Úpěl ďábelské ódy.'], 'účtenka.pdf'),
  of('Turkish', 'İbrahim Işık', 'Iğdır’da şölen', ['Pijamalı hasta yağız şoföre.'], 'özgeçmiş.pdf'),
  of('Vietnamese', 'Nguyễn Thị Hằng', 'Cuộc họp ngày mai', ['Hẹn gặp lại bạn ở Huế.'], 'hợp đồng.pdf'),
  of('Greek', 'Γιώργος Παπαδόπουλος', 'Καλημέρα κόσμε', ['Ξεσκεπάζω την ψυχοφθόρα.'], 'σχέδιο.pdf'),
  of('Russian', 'Иван Щербаков', 'Съешь же ещё этих булок', ['Завтра в девять?'], 'Отчёт за май.pdf'),
  of('Ukrainian', 'Ґалаґан Їжакевич', 'Жебракують філософи', ['Привіт із Києва.'], 'звіт ґанок.pdf'),
  of('Georgian', 'ნინო ბერიძე', 'გამარჯობა მსოფლიო', ['შევხვდეთ ხვალ.'], 'გეგმა.pdf'),
  of('Armenian', 'Աննա Պետրոսյան', 'Բարեւ աշխարհ', ['Հանդիպենք վաղը։'], 'պլան.pdf'),
  of('Hebrew', 'דנה לוי', 'שלום: 3 קבצים (חדש)', ['נתראה מחר ב-9:00.', 'Ada כתבה.'], 'חוזה 2026.pdf'),
  of('Arabic', 'محمد الأحمد', 'مرحبًا بالعالم', ['نلتقي غدًا، إن شاء الله.'], 'العقد النهائي.pdf'),
  of('Persian', 'زهرا نیک‌پور', 'می‌خواهم بدانم', ['نیم‌فاصله در «می‌روم».'], 'گزارش.pdf'),
  of('Hindi', 'अदिति शर्मा', 'नमस्ते दुनिया', ['क्षत्रिय, ज्ञान और श्री।'], 'योजना.pdf'),
  of('Bengali', 'অনিতা দাস', 'হ্যালো বিশ্ব', ['কাল দেখা হবে।'], 'পরিকল্পনা.pdf'),
  of('Tamil', 'கவிதா முருகன்', 'வணக்கம் உலகம்', ['நாளை சந்திப்போம்.'], 'திட்டம்.pdf'),
  of('Thai', 'สมชาย ใจดี', 'สวัสดีชาวโลก', [`${'พบกันพรุ่งนี้'.repeat(40)}`], 'แผนงาน.pdf'),
  of('Amharic', 'አበበ በቀለ', 'ሰላም ለዓለም', ['ነገ እንገናኝ።'], 'እቅድ.pdf'),
  of(
    'Chinese, simplified',
    '王小明',
    '会议的资料',
    [`${'请查收附件中的会议资料。'.repeat(60)}`],
    '会议资料（最终版）.pdf',
  ),
  of('Chinese, traditional', '陳大文', '會議的資料', ['請查收。', '謝謝！'], '會議資料.pdf'),
  of('Japanese', '山田　太郎', '【重要】会議の資料を送ります', ['ｶﾀｶﾅとカタカナ、①②③、髙橋。'], '資料～第１版.pdf'),
  of('Korean', '김철수', '회의 자료를 보냅니다', ['내일 아홉 시에 만나요.'], '회의 자료.pdf'),
  of('emoji that are joined', '👩🏽‍💻 Ada 🏳️‍🌈', '👨‍👩‍👧‍👦 at 🇩🇪 1️⃣', ['👩‍❤️‍👩 and 🧑🏿‍🚀'.repeat(12)], '📎👩‍👧.pdf'),
  of(
    'combining marks, not composed',
    'Zoe\u0308 Nu\u0303n\u0303ez',
    'cafe\u0301 a\u0328\u0301',
    ['q\u0307\u0323 and e\u0301'],
    'plan.pdf',
  ),
  of(
    'words longer than a line',
    'Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz von Donaudampfschiff',
    `${'x'.repeat(300)} ${'ü'.repeat(300)}`,
    [`https://x.example/${'path/'.repeat(300)}`, 'y'.repeat(3000), '長'.repeat(2000)],
    `${'very long name of a file '.repeat(7)}end.pdf`,
  ),
  of(
    'lines that mean something to mail servers',
    'From: Bob <bob@evil.example>',
    'Re: From here, To: there, =?utf-8?Q?not=20encoded?=',
    [
      'From here on',
      '.',
      '..',
      '. QUIT',
      '>From me',
      '-- ',
      'Ada',
      '',
      '> quoted',
      '>> deeper',
      '>_< face',
      '  indented',
      'tab\there',
    ],
    '.hidden — =utf-8=Q=x= %41.pdf',
  ),
  of(
    'long lines with quotes and spaces',
    '"Quoted" \\ (comment)',
    '  two  spaces   and a very long subject that has to be folded more than once on its way to the reader  ',
    [
      `> ${'a quote that is longer than a line '.repeat(6).trim()}`,
      `${'two  spaces  between  words '.repeat(9).trim()}`,
      `-- ${'dashes -- in -- between '.repeat(9).trim()}`,
    ],
    "semi;colon='quote', comma.pdf",
  ),
];
