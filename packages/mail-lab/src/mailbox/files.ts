/** Small real files for attachments: a PNG, a PDF, a calendar invitation, a table. Made, not stored. */
import { crc32, deflateSync } from 'node:zlib';
import type { AttachmentInput } from '../message/message.ts';
import type { Random } from './random.ts';

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** A PNG of two colours running into each other. */
export function makePng(
  width: number,
  height: number,
  from: [number, number, number],
  to: [number, number, number],
): Buffer {
  const rows = Buffer.alloc(height * (1 + width * 3));
  let at = 0;
  for (let y = 0; y < height; y++) {
    rows[at++] = 0;
    for (let x = 0; x < width; x++) {
      const part = (x / width + y / height) / 2;
      for (const band of [0, 1, 2] as const) rows[at++] = Math.round(from[band] + (to[band] - from[band]) * part);
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A PDF of one page with one line of (ASCII) text. */
export function makePdf(text: string): Buffer {
  const content = `BT /F1 18 Tf 60 760 Td (${text.replace(/[()\\]/g, '\\$&')}) Tj ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let out = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = out.length;
    out += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return String(offset).padStart(10, '0');
  });
  const table = offsets.map((offset) => `${offset} 00000 n \n`).join('');
  const count = objects.length + 1;
  out += `xref\n0 ${count}\n0000000000 65535 f \n${table}trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n`;
  return Buffer.from(`${out}${out.lastIndexOf('xref\n0')}\n%%EOF\n`, 'latin1');
}

/** A calendar invitation (RFC 5545). */
export function makeInvitation(summary: string, start: Date, organizer: string): Buffer {
  const stamp = (date: Date): string => date.toISOString().replace(/[-:]|\.\d+/g, '');
  return Buffer.from(
    [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//Postroom//mail lab//EN',
      'METHOD:REQUEST',
      'BEGIN:VEVENT',
      `UID:${stamp(start)}-${organizer}`,
      `DTSTAMP:${stamp(start)}`,
      `DTSTART:${stamp(start)}`,
      `DTEND:${stamp(new Date(start.getTime() + 3_600_000))}`,
      `SUMMARY:${summary.replace(/[,;\\]/g, '\\$&')}`,
      `ORGANIZER:mailto:${organizer}`,
      'END:VEVENT',
      'END:VCALENDAR',
      '',
    ].join('\r\n'),
  );
}

/** One or two files such as people send. */
export function makeAttachments(random: Random, subject: string, date: Date): AttachmentInput[] {
  const colour = (): [number, number, number] => [random.below(256), random.below(256), random.below(256)];
  const number = 1000 + random.below(9000);
  const kinds: (() => AttachmentInput)[] = [
    () => ({ filename: `Invoice-${number}.pdf`, type: 'application/pdf', content: makePdf(`Invoice ${number}`) }),
    () => ({ filename: `IMG_${number}.png`, type: 'image/png', content: makePng(160, 120, colour(), colour()) }),
    () => ({
      filename: `Übersicht ${number}.csv`,
      type: 'text/csv',
      content: `item,sum\r\nrope,${number}\r\npaint,12\r\n`,
    }),
    () => ({
      filename: 'invite.ics',
      type: 'text/calendar; method=REQUEST; charset=utf-8',
      content: makeInvitation(subject, new Date(date.getTime() + 7 * 86_400_000), 'harbour@harbour.example'),
    }),
    () => ({ filename: '会議資料.pdf', type: 'application/pdf', content: makePdf('Agenda') }),
  ];
  return random.sample(kinds, random.chance(0.25) ? 2 : 1).map((make) => make());
}
