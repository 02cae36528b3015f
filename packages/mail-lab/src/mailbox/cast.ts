/** The invented people of a made mailbox, and what they write about, in their languages and charsets. */
import type { Charset } from '../message/charset.ts';

/** A language's people and phrases. `charsets` are those its mail is found in. */
export interface Circle {
  charsets: Charset[];
  replyPrefix: string;
  people: { name: string; email: string }[];
  subjects: string[];
  sentences: string[];
}

const english: Circle = {
  charsets: ['utf-8', 'us-ascii'],
  replyPrefix: 'Re: ',
  people: [
    { name: 'Marlow Finch', email: 'marlow.finch@harbour.example' },
    { name: 'Priya Nandakumar', email: 'priya@lantern.example' },
    { name: 'Tobias Okafor', email: 'tobias.okafor@harbour.example' },
    { name: 'Greta Lindqvist', email: 'greta@fjordworks.example' },
    { name: 'Samuel Otieno', email: 's.otieno@riverside.example' },
    { name: 'Ivy Castellan', email: 'ivy@castellan.example' },
    { name: 'Noor Haddad', email: 'noor.haddad@lantern.example' },
    { name: 'Wes Abernathy', email: 'wes@oldmill.example' },
  ],
  subjects: [
    'Harbour wall: survey dates',
    'Budget for the spring market',
    'Who has the key to the boat shed?',
    'Draft of the grant application',
    'Saturday hike, weather permitting',
    'Minutes of the choir committee',
    'Quote for the kitchen windows',
    'Train tickets to Lisbon',
    'Library server moves on Thursday',
    'Photos from the reunion',
    'Invoice 2041 and a small question',
    'Interview slots next week',
  ],
  sentences: [
    'I looked at the numbers again and the second option is cheaper by a third.',
    'Could you send me the latest version before Friday?',
    'The surveyor can come on Tuesday at nine, which is before high tide.',
    'I have attached the scan; page two is the one that matters.',
    'No hurry, but we should decide this month.',
    'Thanks for sorting this out so quickly!',
    'Let us meet at the usual place and walk down together.',
    'They promised an answer by the end of the week, so I would wait.',
    'The old one still works if you hold the handle up while turning.',
    'I am away until the 14th and will read everything after that.',
    'One more thing: the invoice has the wrong address on it.',
    'Sounds good to me.',
  ],
};

const german: Circle = {
  charsets: ['utf-8', 'iso-8859-1', 'windows-1252'],
  replyPrefix: 'AW: ',
  people: [
    { name: 'Jürgen Möllenkamp', email: 'juergen.moellenkamp@windmuehle.example' },
    { name: 'Änne Großkopf', email: 'aenne@grosskopf.example' },
    { name: 'Kübra Yıldız', email: 'kuebra.yildiz@atelier.example' },
  ],
  subjects: [
    'Schlüsselübergabe am Freitag',
    'Müllabfuhr im Januar',
    'Entwurf für das Straßenfest',
    'Rückfrage zur Rechnung',
  ],
  sentences: [
    'Könnten Sie mir bitte die Unterlagen bis Donnerstag schicken?',
    'Das Angebot ist günstiger, als wir dachten.',
    'Wir treffen uns um halb acht vor der Mühle.',
    'Vielen Dank und schöne Grüße!',
  ],
};

const french: Circle = {
  charsets: ['iso-8859-15', 'windows-1252', 'utf-8'],
  replyPrefix: 'RE: ',
  people: [
    { name: 'Hélène Brossard', email: 'helene.brossard@verger.example' },
    { name: 'Loïc Garçonnet', email: 'loic@garconnet.example' },
  ],
  subjects: ['Réunion reportée à mardi', 'Devis pour la toiture', 'Photos de l’été'],
  sentences: [
    'Voici le devis : 1 250 € tout compris.',
    'À très bientôt, et merci encore.',
    'Le rendez-vous est déplacé à mardi.',
  ],
};

const russian: Circle = {
  charsets: ['koi8-r', 'windows-1251', 'utf-8'],
  replyPrefix: 'Re: ',
  people: [
    { name: 'Ефим Заречный', email: 'efim@zarechny.example' },
    { name: 'Дарья Полевая', email: 'd.polevaya@sadovod.example' },
  ],
  subjects: ['Встреча в четверг', 'Билеты на поезд', 'Отчёт за квартал'],
  sentences: ['Добрый день! Посылаю отчёт за квартал.', 'Встречаемся у входа в семь часов.', 'Спасибо, всё получил.'],
};

const japanese: Circle = {
  charsets: ['iso-2022-jp', 'utf-8', 'shift_jis'],
  replyPrefix: 'Re: ',
  people: [
    { name: '水野 朝子', email: 'mizuno@tsubame.example' },
    { name: '川端 陸', email: 'riku@kawabata.example' },
  ],
  subjects: ['会議の資料を送ります', '来週の予定について', '写真の件'],
  sentences: [
    'お世話になっております。',
    '会議の資料を添付しました。',
    '来週の火曜日はいかがでしょうか。',
    'よろしくお願いいたします。',
  ],
};

const chinese: Circle = {
  charsets: ['gb18030', 'gb2312', 'utf-8'],
  replyPrefix: '回复: ',
  people: [
    { name: '林小舟', email: 'lin@qingfeng.example' },
    { name: '周明月', email: 'zhou@qingfeng.example' },
  ],
  subjects: ['会议安排', '合同草稿', '周末的活动'],
  sentences: ['请查收附件。', '我们星期三下午三点开会。', '谢谢你的帮助！'],
};

const others: Circle = {
  charsets: ['utf-8'],
  replyPrefix: 'Re: ',
  people: [
    { name: 'نور الهادي', email: 'nour@waha.example' },
    { name: 'Ελένη Θαλασσινού', email: 'eleni@thalassa.example' },
    { name: '한서윤', email: 'seoyun@byeolbit.example' },
    { name: 'Zoë 🌻 Vandermeer', email: 'zoe@sunfield.example' },
  ],
  subjects: ['موعد الاجتماع القادم', 'Φωτογραφίες από το νησί', '회의 자료 보냅니다', 'Garden party 🎉 Saturday!'],
  sentences: [
    'شكرا جزيلا على المساعدة.',
    'Τα λέμε το Σάββατο!',
    '감사합니다. 내일 뵙겠습니다.',
    'Can’t wait 😀 — bring the 🥗!',
  ],
};

/** English first, which most of the mail is in; the others after it. */
export const circles: readonly Circle[] = [english, german, french, russian, japanese, chinese, others];
