import { describe, expect, it } from 'vitest';
import { parseAuthentication } from './authentication.ts';
import { parseDate, sortDate } from './dates.ts';
import { fingerprint, messageIdHash } from './fingerprint.ts';
import { parseHeaderBlock } from './headers.ts';
import { extractMessageIds, parseMessageId, references } from './message-ids.ts';
import { baseSubject, canonicalSubject, isReplySubject } from './subject.ts';

describe('parseDate', () => {
  it.each([
    ['Mon, 5 May 2003 10:11:12 -0400', '2003-05-05T14:11:12.000Z'],
    ['5 May 03 10:11 EST', '2003-05-05T15:11:00.000Z'],
    ['5 May 99 10:11:12 UT', '1999-05-05T10:11:12.000Z'],
    ['Thu, 01 Jan 1970 00:00:00 GMT', '1970-01-01T00:00:00.000Z'],
    ['Fri, 21 Nov 1997 09(comment):   55  :  06 -0600', '1997-11-21T15:55:06.000Z'],
    ['Wed May 17 19:18:39 2000', '2000-05-17T19:18:39.000Z'],
    ['Wed May 17 19:18:39 EDT 2000', '2000-05-17T23:18:39.000Z'],
    ['2020-01-02T03:04:05+01:00', '2020-01-02T02:04:05.000Z'],
    ['Tue, 1 Jul 2025 10:00:00 GMT+0200 (CEST)', '2025-07-01T08:00:00.000Z'],
    ['Tue, 1 July 2025 1:02:03 PM +0000', '2025-07-01T13:02:03.000Z'],
    ['Tue, 31 Feb 2020 10:00:00 +0000', null],
    ['Tue, 1 Jul 2025 25:00:00 +0000', null],
    ['yesterday', null],
    ['foo 1', null],
    ['', null],
    [undefined, null],
  ])('reads %j as %j', (text, expected) => {
    expect(parseDate(text)?.toISOString() ?? null).toBe(expected);
  });
});

describe('sortDate', () => {
  const now = new Date('2026-01-01T00:00:00Z');
  const internalDate = new Date('2025-12-30T00:00:00Z');
  it.each([
    {
      name: 'the Date header when it is believable',
      date: '2025-06-01T00:00:00Z',
      expected: '2025-06-01T00:00:00.000Z',
    },
    { name: 'INTERNALDATE when the header is missing', date: null, expected: '2025-12-30T00:00:00.000Z' },
    {
      name: 'INTERNALDATE when the header lies in the future',
      date: '2031-01-01T00:00:00Z',
      expected: '2025-12-30T00:00:00.000Z',
    },
    {
      name: 'INTERNALDATE when the header is before there was mail',
      date: '1904-01-01T00:00:00Z',
      expected: '2025-12-30T00:00:00.000Z',
    },
  ])('takes $name', ({ date, expected }) => {
    expect(sortDate({ date: date === null ? null : new Date(date), internalDate, now }).toISOString()).toBe(expected);
  });

  it('clamps when nothing is believable', () => {
    expect(sortDate({ date: new Date('2099-01-01'), now })).toEqual(new Date('2026-01-02T00:00:00Z'));
    expect(sortDate({ date: null, now })).toEqual(new Date('1980-01-01T00:00:00Z'));
  });
});

describe('message ids', () => {
  it.each([
    ['<a@b><c@d>', ['<a@b>', '<c@d>']],
    ['<a@b>\r\n <c@d>,<a@b>', ['<a@b>', '<c@d>']],
    ['Message from bob <x@y> of Tue', ['<x@y>']],
    ['"x" and nothing', []],
    ['<long\r\n id@example.org>', ['<longid@example.org>']],
    ['<no-at-sign>', []],
    ['', []],
  ])('extracts from %j', (value, expected) => {
    expect(extractMessageIds(value)).toEqual(expected);
  });

  it.each([
    ['<a@b>', '<a@b>'],
    ['<no-at-sign>', '<no-at-sign>'],
    ['bare@example.org', '<bare@example.org>'],
    ['<>', undefined],
    ['words only', undefined],
  ])('reads %j as the own id', (value, expected) => {
    expect(parseMessageId(value)).toBe(expected);
  });

  it('keeps the first and the last fifty references', () => {
    const ids = Array.from({ length: 100 }, (_, i) => `<r${i}@x>`);
    expect(references(ids.join(' '))).toEqual(['<r0@x>', ...ids.slice(50)]);
  });
});

describe('subjects', () => {
  it.each([
    ['Re: Hello', 'Hello', true],
    ['RE[2]: AW: Hello', 'Hello', true],
    ['Fwd: Re: Hello (fwd)', 'Hello', true],
    ['回复：答复: 你好', '你好', true],
    ['転送: こんにちは', 'こんにちは', true],
    ['SV: VS: Odp: Ynt: RV: WG: x', 'x', true],
    ['[list] Re: Hello', '[list] Hello', true],
    ['Re: [list] Re: Hello', '[list] Hello', true],
    ['[Fwd: Hello]', 'Hello', true],
    ['[list] Hello', '[list] Hello', false],
    ['Release: notes', 'Release: notes', false],
    ['Regarding lunch', 'Regarding lunch', false],
    ['', '', false],
  ])('%j is about %j', (subject, base, isReply) => {
    expect({ base: baseSubject(subject), isReply: isReplySubject(subject) }).toEqual({ base, isReply });
  });

  it('compares without case and space', () => {
    expect(canonicalSubject('Re:  HELLO   World')).toBe(canonicalSubject('hello world'));
  });
});

describe('fingerprint', () => {
  const base = {
    messageId: '<a@b>',
    date: new Date('2020-01-01T00:00:00Z'),
    from: [{ email: 'A@Example.org' }],
    subject: 'x',
    to: [{ email: 'b@c' }, { email: 'd@e' }],
    cc: [],
  };

  it('does not depend on the order of recipients, on brackets or on names', () => {
    const other = {
      ...base,
      messageId: 'a@b',
      from: [{ name: 'A', email: 'a@example.org' }],
      to: [{ email: 'd@e' }, { email: 'b@c' }],
    };
    expect(fingerprint(other)).toEqual(fingerprint(base));
    expect(fingerprint(base).length).toBe(16);
  });

  it('changes with each of its fields', () => {
    const variants = [{ messageId: '<z@b>' }, { date: null }, { from: [] }, { subject: 'y' }, { to: [] }].map(
      (change) => fingerprint({ ...base, ...change }).toString('hex'),
    );
    expect(new Set([...variants, fingerprint(base).toString('hex')]).size).toBe(6);
  });

  it('hashes ids to signed 64-bit integers in decimal', () => {
    expect(messageIdHash('<a@b>')).toBe(messageIdHash('a@b'));
    expect(messageIdHash('<a@b>')).toMatch(/^-?\d{1,19}$/);
  });
});

describe('parseHeaderBlock', () => {
  const parse = (text: string) => parseHeaderBlock(Buffer.from(text, 'latin1'));

  it.each([
    { name: 'CRLF', text: 'A: 1\r\nB: 2\r\n  3\r\n\r\nbody', body: 'body' },
    { name: 'bare LF', text: 'A: 1\nB: 2\n  3\n\nbody', body: 'body' },
    { name: 'bare CR', text: 'A: 1\rB: 2\r  3\r\rbody', body: 'body' },
    { name: 'an mbox line', text: 'From x@y Mon Jan 1\nA: 1\nB : 2\n\t3\n\nbody', body: 'body' },
    { name: 'a line that is no field', text: 'A: 1\nnonsense\nB: 2\n 3\n\nbody', body: 'body' },
    {
      name: 'no blank line',
      text: 'A: 1\nB: 2\n 3\nthe body, without colon first',
      body: 'the body, without colon first',
    },
  ])('reads fields with $name', ({ text, body }) => {
    const block = parse(text);
    expect({ a: block.get('a'), b: block.get('B')?.replace(/ +/g, ' '), body: text.slice(block.bodyStart) }).toEqual({
      a: '1',
      b: '2 3',
      body,
    });
  });

  it('lets the first of two fields count and keeps both', () => {
    const block = parse('From: a@b\nFrom: c@d\n\n');
    expect([block.get('from'), block.getAll('from')]).toEqual(['a@b', ['a@b', 'c@d']]);
  });

  it('is bounded in bytes and fields', () => {
    const block = parse(`${'X: y\r\n'.repeat(5000)}\r\n`);
    expect([block.fields.length, block.warnings]).toEqual([1000, ['header-block-too-large']]);
  });
});

describe('parseAuthentication', () => {
  it('reads the topmost field only', () => {
    const block = parseHeaderBlock(
      Buffer.from(
        'Authentication-Results: mx.example.org (v; 1); spf=pass (ok) smtp.mailfrom=a@b;\r\n dkim=fail header.d=x.y; dkim=pass header.d=b; dmarc=pass header.from=b\r\nAuthentication-Results: evil; dmarc=fail\r\n\r\n',
      ),
    );
    expect(parseAuthentication(block)).toEqual({
      authservId: 'mx.example.org',
      methods: [
        { method: 'spf', result: 'pass', properties: { 'smtp.mailfrom': 'a@b' } },
        { method: 'dkim', result: 'fail', properties: { 'header.d': 'x.y' } },
        { method: 'dkim', result: 'pass', properties: { 'header.d': 'b' } },
        { method: 'dmarc', result: 'pass', properties: { 'header.from': 'b' } },
      ],
      spf: 'pass',
      dkim: 'pass',
      dmarc: 'pass',
    });
  });

  const results = (...fields: string[]) =>
    parseAuthentication(parseHeaderBlock(Buffer.from(`${fields.join('\r\n')}\r\n\r\n`)));

  it('puts together what one server wrote into several fields, and nothing from below the next Received', () => {
    const { authservId, spf, dkim, dmarc } =
      results(
        'Received: by mail.example.org (LMTP)',
        'Authentication-Results: mx.example.org; dmarc=fail header.from=b',
        'Authentication-Results: mx.example.org; dkim=pass header.d=c',
        'Authentication-Results: mx.evil.test; dmarc=pass',
        'Received: from evil.test by mx.example.org',
        'Authentication-Results: mx.example.org; dmarc=pass; spf=pass',
      ) ?? {};
    expect({ authservId, spf, dkim, dmarc }).toEqual({
      authservId: 'mx.example.org',
      spf: undefined,
      dkim: 'pass',
      dmarc: 'fail',
    });
  });

  it('reads a field without a name, as Microsoft writes it', () => {
    const found = results(
      'Authentication-Results: spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=b.c; dkim=none; dmarc=pass',
    );
    expect(found).toMatchObject({ authservId: '', spf: 'pass', dkim: 'none', dmarc: 'pass' });
  });
});
