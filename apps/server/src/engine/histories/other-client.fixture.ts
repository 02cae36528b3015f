/**
 * What another client does to the account, by seeded chance: appends (new mail, replies, doubles), copies, moves, flags,
 * keywords, expunges, and mailboxes made, renamed and deleted. Test code only.
 */
import { message, type Random } from '@postroom/mail-lab';
import { type LinkedHeader, linkedHeaderOf, type OtherClient } from './server-state.fixture.ts';

export const KEYWORDS = ['Blue', 'Green', '$Label1', '$Forwarded', '$Important'];
const SYSTEM_FLAGS = ['\\Seen', '\\Seen', '\\Flagged', '\\Answered', '\\Draft', '\\Deleted'];
const NAMES = [['Box 1'], ['Box 2'], ['Box 3'], ['Box 1', 'Inner'], ['Box 2', 'Inner'], ['Büro & Söhne']];

interface Sent {
  readonly raw: Buffer;
  readonly header: LinkedHeader;
}

export interface OtherClientActor {
  /** Does one thing; says what. A refusal (a mailbox that is there already) is one too. */
  act(): Promise<string>;
  /** One message more, in any mailbox. */
  arrive(): Promise<string>;
  /** Every message there has ever been. */
  readonly ever: readonly LinkedHeader[];
}

export function createOtherClient(client: OtherClient, random: Random, tag: string): OtherClientActor {
  const sent: Sent[] = [];
  const prefix = client.namespace?.prefix ?? '';
  const names = NAMES.map((parts) => prefix + parts.join(client.namespace?.delimiter ?? '/'));

  function compose(): Sent {
    const number = sent.length;
    const parent = number > 0 && random.chance(0.5) ? random.pick(sent.slice(-60)) : undefined;
    const subject = parent ? `Re: ${parent.header.subject.replace(/^Re: /, '')}` : `Topic ${number}`;
    const raw = message({
      from: random.chance(0.2) ? 'Ada <ada@lab.test>' : 'Bob <bob@lab.test>',
      to: 'ada@lab.test',
      subject,
      text: `Text ${number} of ${tag}.`,
      messageId: `<${tag}-${number}@lab.test>`,
      date: new Date(1_780_000_000_000 + number * 60_000),
      ...(parent
        ? {
            inReplyTo: `<${parent.header.messageId}>`,
            references: [...parent.header.references, parent.header.messageId].map((id) => `<${id}>`),
          }
        : {}),
    });
    const one = { raw, header: linkedHeaderOf(raw.toString('latin1')) };
    sent.push(one);
    return one;
  }

  async function paths(): Promise<string[]> {
    return (await client.list()).filter(({ flags }) => !flags.has('\\Noselect')).map(({ path }) => path);
  }

  /** A few UIDs of a mailbox with mail in it, which is selected then. */
  async function pickSome(): Promise<{ path: string; uids: string } | null> {
    const all = await paths();
    for (let tries = 0; tries < 4; tries += 1) {
      const path = random.chance(0.4) ? 'INBOX' : random.pick(all);
      const { exists } = await client.mailboxOpen(path);
      if (exists === 0) continue;
      const uids = await client.search({ all: true }, { uid: true });
      if (!uids || uids.length === 0) continue;
      const some = random.sample(uids, 1 + random.below(random.chance(0.1) ? 12 : 3));
      return { path, uids: some.join(',') };
    }
    return null;
  }

  const onSome = async (what: string, work: (uids: string) => Promise<unknown>): Promise<string> => {
    const some = await pickSome();
    if (!some) return `${what}: nothing there`;
    await work(some.uids);
    return `${what}: ${some.path} ${some.uids}`;
  };

  async function append(): Promise<string> {
    const one = compose();
    const path = random.chance(0.7) ? 'INBOX' : random.pick(await paths());
    const flags = random.chance(0.4) ? ['\\Seen', ...(random.chance(0.3) ? [random.pick(KEYWORDS)] : [])] : [];
    await client.append(path, one.raw, flags, new Date(1_780_000_000_000 + sent.length * 60_000));
    return `append ${one.header.messageId} to ${path}`;
  }

  const range = { uid: true } as const;
  const doings: Record<string, () => Promise<string>> = {
    append,
    async appendDouble() {
      if (sent.length === 0) return 'double: nothing there';
      const one = random.pick(sent);
      const path = random.chance(0.5) ? 'INBOX' : random.pick(await paths());
      // The other way round a mailing list has put its footer below.
      const raw = random.chance(0.5) ? one.raw : Buffer.concat([one.raw, Buffer.from('-- \r\nThe list\r\n')]);
      await client.append(path, raw, [], new Date('2026-06-01T10:00:00Z'));
      return `double of ${one.header.messageId} to ${path}`;
    },
    async copy() {
      const to = random.pick(await paths());
      return onSome(`copy to ${to}`, (uids) => client.messageCopy(uids, to, range));
    },
    async move() {
      const to = random.chance(0.3) ? 'INBOX' : random.pick(await paths());
      return onSome(`move to ${to}`, (uids) => client.messageMove(uids, to, range));
    },
    async flag() {
      const flag = random.chance(0.3) ? random.pick(KEYWORDS) : random.pick(SYSTEM_FLAGS);
      return onSome(`flag ${flag}`, (uids) => client.messageFlagsAdd(uids, [flag], range));
    },
    async unflag() {
      const flag = random.chance(0.3) ? random.pick(KEYWORDS) : random.pick(SYSTEM_FLAGS);
      return onSome(`unflag ${flag}`, (uids) => client.messageFlagsRemove(uids, [flag], range));
    },
    expunge: () => onSome('expunge', (uids) => client.messageDelete(uids, range)),
    async create() {
      const path = random.pick(names);
      await client.mailboxCreate(path);
      await client.mailboxSubscribe(path);
      return `create ${path}`;
    },
    async rename() {
      const own = (await paths()).filter((path) => names.includes(path));
      if (own.length === 0) return 'rename: nothing there';
      const [from, to] = [random.pick(own), random.pick(names)];
      await client.mailboxOpen('INBOX');
      await client.mailboxRename(from, to);
      return `rename ${from} to ${to}`;
    },
    async remove() {
      const own = (await paths()).filter((path) => names.includes(path));
      if (own.length === 0) return 'delete: nothing there';
      const path = random.pick(own);
      await client.mailboxOpen('INBOX');
      await client.mailboxDelete(path);
      return `delete ${path}`;
    },
  };
  const WEIGHTS: readonly [string, number][] = [
    ['append', 30],
    ['appendDouble', 3],
    ['copy', 8],
    ['move', 12],
    ['flag', 18],
    ['unflag', 12],
    ['expunge', 12],
    ['create', 4],
    ['rename', 3],
    ['remove', 2],
  ];

  return {
    get ever() {
      return sent.map(({ header }) => header);
    },
    arrive: () => append(),
    async act() {
      const name = pickWeighted(random, WEIGHTS);
      return (doings[name] as () => Promise<string>)().catch((error: { responseText?: string; message: string }) => {
        if (!client.usable) throw error;
        return `${name}: refused, ${error.responseText ?? error.message}`;
      });
    },
  };
}

/** By its weight. */
export function pickWeighted(random: Random, weights: readonly [string, number][]): string {
  let at = random.below(weights.reduce((sum, [, weight]) => sum + weight, 0));
  for (const [name, weight] of weights) {
    if (at < weight) return name;
    at -= weight;
  }
  throw new RangeError('no weights');
}
