import { describe, expect, it } from 'vitest';
import { type Answerable, answerTo } from './answer.ts';
import { createOwnAddresses } from './own-addresses.ts';

const [bob, carol, list] = ['bob', 'carol', 'list'].map((name) => ({ email: `${name}@other.example` }));
if (!bob || !carol || !list) throw new Error('never');
const ada = { name: 'Ada', email: 'ada@lab.example' };
const sales = { name: 'Sales', email: 'sales@lab.example' };
const plus = { email: 'ada+press@lab.example' };
const catchAll = { name: 'Ada', email: '*@ada.example' };
const private_ = { email: 'ada@home.example' };
const own = createOwnAddresses([ada, sales, plus, catchAll]);
const everywhere = createOwnAddresses([ada, sales, plus, catchAll, private_]);

const message = (change: Partial<Answerable>): Answerable => ({
  sender: bob,
  to: [],
  cc: [],
  bcc: [],
  replyTo: [],
  ...change,
});
const at = (...emails: string[]) => emails.map((email) => ({ email }));
const answer = (change: Partial<Answerable>) => answerTo(message(change), own, everywhere);

describe('an answer is written from', () => {
  it.each<[string, Partial<Answerable>, unknown]>([
    ['the identity in To', { to: [sales] }, sales],
    ['the first of two in To', { to: [sales, ada] }, sales],
    ['the one in To before the one in Cc', { to: [sales], cc: [ada] }, sales],
    ['the one in Cc', { to: [carol], cc: [ada] }, ada],
    ['the address as the identity spells it', { to: at('SALES@Lab.Example') }, sales],
    ['the address itself for a plus address', { to: at('ada+shop@lab.example') }, ada],
    ['a plus address that is an identity', { to: at('ada+press@lab.example') }, plus],
    ['a plus address of nobody: nothing', { to: at('zoe+ada@lab.example') }, undefined],
    ['the very address for a catch-all', { to: at('shop@ada.example') }, { name: 'Ada', email: 'shop@ada.example' }],
    ['an identity rather than a catch-all', { to: at('shop@ada.example'), cc: [ada] }, ada],
    ['no domain below the catch-all’s', { to: at('shop@x.ada.example') }, undefined],
    ['what Delivered-To says of a blind copy', { to: [carol], deliveredTo: ['sales@lab.example'] }, sales],
    ['the last hop’s Delivered-To', { deliveredTo: ['ada@lab.example', 'sales@lab.example'] }, ada],
    [
      'what X-Original-To says, before Delivered-To',
      { originalTo: ['sales@lab.example'], deliveredTo: ['ada@lab.example'] },
      sales,
    ],
    [
      'what X-Original-To says, before a neighbour in the catch-all’s domain',
      { to: at('neighbour@ada.example'), originalTo: ['me@ada.example'] },
      { name: 'Ada', email: 'me@ada.example' },
    ],
    [
      'the catch-all’s address in To, before the mailbox it was delivered to',
      { to: at('shop@ada.example'), deliveredTo: ['ada@lab.example'] },
      { name: 'Ada', email: 'shop@ada.example' },
    ],
    ['what stands in To, whatever the envelope says', { to: [ada], deliveredTo: ['sales@lab.example'] }, ada],
    ['one’s own sender', { sender: sales, to: [ada] }, sales],
    ['nothing where nobody of ours is named', { to: [carol] }, undefined],
    ['nothing of another account', { to: [private_] }, undefined],
    ['nothing for what is no address', { to: at('', '@ada.example', '*@ada.example') }, undefined],
  ])('%s', (_what, change, from) => {
    expect(answer(change).from).toEqual(from);
  });
});

describe('an answer goes to', () => {
  it.each<[string, Partial<Answerable>, Pick<ReturnType<typeof answerTo>, 'to' | 'all'>]>([
    ['the sender', { to: [ada] }, { to: [bob], all: { to: [bob], cc: [] } }],
    [
      'everybody else, without any of the user’s addresses',
      { to: [ada, carol, private_], cc: [sales, ...at('ada+x@lab.example', 'dan@other.example')] },
      { to: [bob], all: { to: [bob, carol], cc: at('dan@other.example') } },
    ],
    ['Reply-To', { to: [ada, bob], replyTo: [carol] }, { to: [carol], all: { to: [carol, bob], cc: [] } }],
    [
      'Mail-Reply-To before Reply-To',
      { replyTo: [list], answerTo: [carol] },
      { to: [carol], all: { to: [carol], cc: [] } },
    ],
    [
      'Mail-Followup-To for all, and nobody else',
      { to: [list, ada], cc: [carol], followUpTo: [list, ada] },
      { to: [bob], all: { to: [list], cc: [] } },
    ],
    ['each once', { to: [bob, ada], cc: at('BOB@other.example') }, { to: [bob], all: { to: [bob], cc: [] } }],
    [
      'those the user wrote to, for the user’s own message',
      { sender: ada, to: [bob], cc: [carol, sales], replyTo: [sales] },
      { to: [bob], all: { to: [bob], cc: [carol] } },
    ],
    ['the user, who wrote to nobody else', { sender: ada, to: [ada] }, { to: [ada], all: { to: [ada], cc: [] } }],
    [
      'the user’s own Reply-To where there is nobody else',
      { replyTo: [sales] },
      { to: [sales], all: { to: [sales], cc: [] } },
    ],
    [
      'a neighbour in the catch-all’s domain too, but not the address that was written to',
      { to: at('shop@ada.example', 'neighbour@ada.example') },
      { to: [bob], all: { to: [bob, ...at('neighbour@ada.example')], cc: [] } },
    ],
    ['nobody, where no sender stands', { sender: { email: '' } }, { to: [], all: { to: [], cc: [] } }],
  ])('%s', (_what, change, { to, all }) => {
    const given = answer(change);
    expect({ to: given.to, all: given.all }).toEqual({ to, all });
  });

  it.each([
    ['<mailto:list@other.example>', list],
    ['<https://lists.example/post>, <mailto:list@other.example?subject=x> (all)', list],
    ['<mailto:list%40other.example>', list],
    ['NO', undefined],
    ['<mailto:list>', undefined],
    ['<mailto:a@b%>', { email: 'a@b%' }],
    ['<mailto:a@b%0d%0aBcc:x@y>', undefined],
  ])('the list of List-Post %s', (listPost, expected) => {
    const given = answer({ to: [ada], listPost });
    expect([given.list, given.all.cc]).toEqual([expected, expected ? [expected] : []]);
  });
});
