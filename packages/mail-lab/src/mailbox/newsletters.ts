/** Mail that machines send: newsletters with List-Unsubscribe, receipts, notices, and junk. */
import type { MessageInput } from '../message/message.ts';
import { makePng } from './files.ts';
import type { Random } from './random.ts';

const LISTS = [
  {
    name: 'Tidewater Weekly',
    host: 'tidewater.example',
    topics: ['Low water, high spirits', 'The lighthouse keeper’s diary'],
  },
  {
    name: 'Copper Kettle Recipes',
    host: 'copperkettle.example',
    topics: ['Five soups for cold days', 'Bread without kneading'],
  },
  {
    name: 'Slow Rail Journal',
    host: 'slowrail.example',
    topics: ['Night trains are back', 'A branch line through the hills'],
  },
  {
    name: 'Northlight Gallery',
    host: 'northlight.example',
    topics: ['New prints in the shop', 'Opening night on Friday'],
  },
];
const NOTICES = [
  { from: 'Oldmill Parcels <tracking@oldmill-parcels.example>', subject: 'Your parcel is on its way' },
  { from: 'Harbour Library <desk@library.example>', subject: 'A book you reserved is here' },
  { from: 'Fernwood Bank <statements@fernwood.example>', subject: 'Your statement is ready' },
  { from: 'Codeshed <notifications@codeshed.example>', subject: '[harbour/tides] Build failed on main' },
];
const JUNK = [
  'You have won a boat!!!',
  'Re: your unpaid invoice',
  'Cheap watches, only today',
  'Urgent: confirm your mailbox',
];

/** A newsletter as HTML with pictures, tracking pixel and unsubscribe link (RFC 2369, RFC 8058). */
export function makeNewsletter(random: Random, to: string, date: Date): MessageInput {
  const list = random.pick(LISTS);
  const topic = random.pick(list.topics);
  const issue = 1 + random.below(400);
  const colour = `#${(0x404040 + random.below(0x7f7f7f)).toString(16)}`;
  const html = `<!doctype html><html><head><style>.head{color:${colour}}</style></head><body>
<table width="600" align="center" cellpadding="12"><tr><td class="head"><h1>${list.name}</h1></td></tr>
<tr><td><img src="cid:head" alt="" width="120" height="40"><h2>${topic}</h2><p>Issue ${issue}. Read it <a href="https://${list.host}/issues/${issue}?utm_source=mail">on the web</a>.</p></td></tr>
<tr><td style="font-size:11px;color:#888"><a href="https://${list.host}/unsubscribe/${issue}">Unsubscribe</a></td></tr></table>
<img src="https://track.${list.host}/open.gif?i=${issue}" width="1" height="1" alt=""></body></html>`;
  return {
    from: { name: list.name, email: `news@${list.host}` },
    to,
    date,
    subject: `${list.name} #${issue}: ${topic}`,
    text: `${topic}\n\nhttps://${list.host}/issues/${issue}`,
    html,
    attachments: [
      {
        filename: 'head.png',
        type: 'image/png',
        content: makePng(120, 40, [40, 90, 140], [random.below(256), 180, 120]),
        contentId: 'head',
        inline: true,
      },
    ],
    headers: {
      'List-Id': `${list.name} <news.${list.host}>`,
      'List-Unsubscribe': `<mailto:leave@${list.host}?subject=leave>, <https://${list.host}/unsubscribe/${issue}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      Precedence: 'bulk',
    },
  };
}

/** A notice without a conversation. */
export function makeNotice(random: Random, to: string, date: Date): MessageInput {
  const notice = random.pick(NOTICES);
  const number = 10_000 + random.below(90_000);
  return {
    from: notice.from,
    to,
    date,
    subject: `${notice.subject} (${number})`,
    text: `Hello,\n\n${notice.subject}. The number is ${number}.\n\nThis message was sent by a machine.`,
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

/** Junk. */
export function makeJunk(random: Random, to: string, date: Date): MessageInput {
  const subject = random.pick(JUNK);
  return {
    from: { name: 'Prize Office', email: `office${random.below(1000)}@prizes.invalid` },
    to,
    date,
    subject,
    html: `<h1>${subject}</h1><p><a href="http://prizes.invalid/${random.below(99999)}">Click here</a></p>`,
    headers: { 'X-Spam-Flag': 'YES' },
  };
}
