/** Thirty messages, and what the reader is warned of: forged ones each by their fault, clean ones by nothing. */
import { describe, expect, it } from 'vitest';
import { type AuthservFacts, isOwnAuthserv } from '../accounts/authserv.ts';
import { parseMessage } from './parse.ts';
import { type KnownPeople, spoofingWarnings } from './spoofing.ts';

const account: AuthservFacts = { email: 'ada@example.org', hosts: ['imap.example.org'], seen: [] };
const known: KnownPeople = {
  own: [{ name: 'Ada Lund', email: 'ada@example.org' }],
  names: new Map([['bob ivers', ['bob@harbour.example', 'bob.ivers@home.example']]]),
};

/** The kinds of warnings for a message with these fields. */
function kindsOf(...fields: string[]): string[] {
  const has = (name: string) => fields.some((field) => field.startsWith(`${name}:`));
  const whole = [...fields, ...(has('To') ? [] : ['To: ada@example.org']), 'Subject: Hello', '', 'Text'].join('\r\n');
  const message = parseMessage(Buffer.from(whole));
  const { authentication } = message;
  const believed = authentication && isOwnAuthserv(authentication.authservId, account) ? authentication : undefined;
  return spoofingWarnings(
    {
      from: message.from[0],
      authors: message.from.length,
      replyTo: message.replyTo,
      recipients: [...message.to, ...message.cc],
      dmarc: believed?.dmarc,
      arc: believed?.methods.find(({ method }) => method === 'arc')?.result,
    },
    known,
  ).map(({ kind }) => kind);
}

const OURS = 'Authentication-Results: mx.example.org;';

describe('a message that is not from whom it seems', () => {
  it.each<[string, string[], string[]]>([
    [
      'found unauthentic by our server',
      [`${OURS} dmarc=fail header.from=bank.example`, 'From: Bank <a@bank.example>'],
      ['unauthentic'],
    ],
    [
      'found unauthentic, though forged results say otherwise',
      [`${OURS} dmarc=fail`, 'Authentication-Results: mx.evil.test; dmarc=pass', 'From: a@bank.example'],
      ['unauthentic'],
    ],
    ['in our own name, found unauthentic', [`${OURS} dmarc=fail`, 'From: Ada Lund <ada@example.org>'], ['unauthentic']],
    ['with an address of somebody else for a name', ['From: "boss@example.org" <x@evil.test>'], ['forged-name']],
    ['with an address within its name', ['From: "Boss (boss@example.org)" <x@evil.test>'], ['forged-name']],
    [
      'with an encoded address for a name',
      [`From: =?utf-8?B?${Buffer.from('boss@example.org').toString('base64')}?= <x@evil.test>`],
      ['forged-name'],
    ],
    ['in the name of the account’s owner', ['From: Ada Lund <ada.lund@evil.test>'], ['known-name']],
    ['in that name, spelled with other white space', ['From: "ada   LUND" <x@evil.test>'], ['known-name']],
    ['in the name of somebody one writes to', ['From: Bob Ivers <bob.ivers@evil.test>'], ['known-name']],
    ['from a host in Cyrillic letters', ['From: Shop <a@xn--80ak6aa92e.com>'], ['look-alike']],
    ['from a host with a one for an l', ['From: Shop <service@paypa1.com>'], ['look-alike']],
    ['from a host with rn for m', ['From: a@mail.rnicrosoft.com'], ['look-alike']],
    ['from a host like our own', ['From: a@examp1e.org'], ['look-alike']],
    ['that wants its answers elsewhere', ['From: a@shop.example', 'Reply-To: b@evil.test'], ['other-reply-to']],
    [
      'that wants its answers at two places',
      ['From: a@shop.example', 'Reply-To: a@shop.example, b@evil.test'],
      ['other-reply-to'],
    ],
    ['with two authors', ['From: a@shop.example, b@shop.example'], ['several-authors']],
    [
      'with several faults at once',
      [`${OURS} dmarc=fail`, 'From: "ada@example.org" <x@paypa1.com>', 'Reply-To: y@evil.test'],
      ['unauthentic', 'look-alike', 'forged-name', 'other-reply-to'],
    ],
  ])('%s', (_, fields, kinds) => {
    expect(kindsOf(...fields)).toEqual(kinds);
  });
});

describe('clean mail is not warned of', () => {
  it.each<[string, string[]]>([
    ['that passed', [`${OURS} dmarc=pass header.from=shop.example`, 'From: Shop <news@shop.example>']],
    ['without any results', ['From: Bob <bob@harbour.example>']],
    [
      'with results that are not our server’s',
      ['Authentication-Results: mx.evil.test; dmarc=fail', 'From: a@shop.example'],
    ],
    ['of a list that vouches for it', [`${OURS} dmarc=fail; arc=pass`, 'From: a@shop.example']],
    ['by somebody one writes to', ['From: Bob Ivers <bob@harbour.example>']],
    ['by the same from another host of that site', ['From: Bob Ivers <bob@mail.harbour.example>']],
    ['by somebody else with one name only', ['From: Bob <bob@elsewhere.example>']],
    ['by oneself', ['From: Ada Lund <ada@example.org>']],
    ['with its own address for a name', ['From: "news@shop.example" <news@shop.example>']],
    ['with an address of the same site for a name', ['From: "info@shop.example" <noreply@mail.shop.example>']],
    ['with answers to another host of the site', ['From: news@mail.shop.example', 'Reply-To: help@shop.example']],
    [
      'with answers to the list it is addressed to',
      ['From: a@shop.example', 'To: list@lists.example', 'Reply-To: list@lists.example'],
    ],
    ['from an honest host in another script', ['From: a@xn--mnchen-3ya.example']],
  ])('%s', (_, fields) => {
    expect(kindsOf(...fields)).toEqual([]);
  });
});
