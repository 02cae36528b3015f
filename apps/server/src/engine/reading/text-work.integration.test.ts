/** Text bombs: each ends within its limits of time and memory, with what can be had of it or with a plain refusal. */
import { afterEach, describe, expect, it } from 'vitest';
import { MailError } from '../../lib/driver/errors.ts';
import { createTextWork, type TextWork, type TextWorkLimits } from './text-work.ts';

let work: TextWork | undefined;
afterEach(() => work?.close());

function start(limits: Partial<TextWorkLimits> = {}): TextWork {
  work = createTextWork({ smallOctets: 0, ...limits });
  return work;
}

const cleaning = (html: string) => ({
  html,
  text: '',
  inline: new Map<string, string>(),
  pictures: new Map<string, string>(),
});
const parsing = (source: string) => ({ source: Buffer.from(source) });
const MEGABYTE = 1024 * 1024;

/** How long this thread is kept from anything else while the work is done, at most. */
async function blockedBy(done: Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 1);
  await done;
  clearInterval(timer);
  return longest;
}

describe('heavy text', () => {
  it('of a few words is read here and now, and no thread is started for what may come', async () => {
    const started: unknown[] = [];
    const count = (worker: unknown) => void started.push(worker);
    process.on('worker', count);
    const plain = createTextWork();
    const read = async (length: number) => {
      await plain.run('parse', parsing(`Subject: a\r\n\r\n${'b'.repeat(length)}`));
      await new Promise(setImmediate);
      return started.length;
    };
    expect([await read(100), await read(4000), await read(4000)]).toEqual([0, 1, 1]);
    process.off('worker', count);
    await plain.close();
  });

  it('is answered as the same work done here and now', async () => {
    const asked = cleaning('<p onclick=x>a</p><img src="https://a.example/b.png"><script>c</script>');
    const inAThread = await start().run('clean', asked);
    const here = await createTextWork().run('clean', asked);
    expect(inAThread).toEqual(here);
    expect(here).toMatchObject({ hasRemoteImages: true, unknownPictures: ['https://a.example/b.png'] });
  });

  it('beyond its time is refused in plain words, and the next one is done', async () => {
    const slow = start({ timeMs: 1 });
    await expect(slow.run('parse', parsing('a'.repeat(8 * MEGABYTE)))).rejects.toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
    });
    const next = start({ timeMs: 10_000 });
    await expect(next.run('parse', parsing('Subject: a\r\n\r\nb'))).resolves.toMatchObject({ text: 'b' });
  });

  it('beyond its memory is refused, and this process lives', async () => {
    const small = start({ heapMegabytes: 12, timeMs: 10_000 });
    await expect(small.run('clean', cleaning('<p>'.repeat(600_000)))).rejects.toBeInstanceOf(MailError);
  });

  it('waits its turn when all threads are busy', async () => {
    const one = start({ threads: 1, timeMs: 20_000 });
    const all = await Promise.all(
      Array.from({ length: 5 }, (_, at) => one.run('parse', parsing(`Subject: a\r\n\r\nnumber ${at}`))),
    );
    expect(all.map(({ text }) => text)).toEqual(Array.from({ length: 5 }, (_, at) => `number ${at}`));
  });
});

const nested = (depth: number) =>
  Array.from({ length: depth }, (_, at) => `Content-Type: multipart/mixed; boundary=b${at}\r\n\r\n--b${at}\r\n`).join(
    '',
  );

describe('a bomb', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['10,000 parts in one another', () => start().run('parse', parsing(nested(10_000)))],
    [
      '100,000 parts',
      () =>
        start().run(
          'parse',
          parsing(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\na\r\n'.repeat(100_000)}`),
        ),
    ],
    [
      'a million parts',
      () =>
        start().run(
          'parse',
          parsing(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\na\r\n'.repeat(1_000_000)}`),
        ),
    ],
    ['headers of a megabyte', () => start().run('parse', parsing(`${'X: y\r\n'.repeat(200_000)}\r\nbody`))],
    [
      'an encoded-word of 30 MB',
      () => start().run('parse', parsing(`Subject: =?utf-8?Q?${'=41'.repeat(10 * MEGABYTE)}?=\r\n\r\nbody`)),
    ],
    [
      '200,000 encoded-words',
      () => start().run('parse', parsing(`Subject: ${'=?utf-8?B?YQ==?= '.repeat(200_000)}\r\n\r\nbody`)),
    ],
    ['a line of 30 MB of HTML', () => start().run('clean', cleaning('<p>a</p>'.repeat(4 * MEGABYTE)))],
    ['brackets without end', () => start().run('clean', cleaning('<'.repeat(4 * MEGABYTE)))],
    ['elements in one another without end', () => start().run('clean', cleaning('<div>'.repeat(400_000)))],
    ['attributes without end', () => start().run('clean', cleaning(`<p ${'a=1 '.repeat(500_000)}>`))],
    [
      'a style of a megabyte',
      () =>
        start().run(
          'clean',
          cleaning(`<style>${'p{color:red}'.repeat(90_000)}</style><p style="${'color:red;'.repeat(90_000)}">`),
        ),
    ],
    ['text that looks like links', () => start().run('parse', parsing(`\r\n${'http://a@www.'.repeat(300_000)}`))],
    [
      'references without end',
      () => start().run('parse', parsing(`References: ${'<a@b> '.repeat(500_000)}\r\n\r\nbody`)),
    ],
    ['addresses without end', () => start().run('parse', parsing(`To: ${'"a" <b@c>, '.repeat(300_000)}\r\n\r\nbody`))],
    ['comments in one another', () => start().run('parse', parsing(`From: ${'('.repeat(200_000)} a@b\r\n\r\nbody`))],
    [
      'a uuencoded file without end',
      () => start().run('parse', parsing(`\r\nbegin 644 a\r\n${`M${'!'.repeat(60)}\r\n`.repeat(100_000)}`)),
    ],
  ])('of %s is answered within five seconds, and keeps nobody else waiting', { timeout: 30_000 }, async (_, run) => {
    const startedAt = performance.now();
    const blocked = await blockedBy(
      run().catch((error: unknown) => expect(error).toMatchObject({ code: 'MESSAGE_TOO_LARGE' })),
    );
    expect(performance.now() - startedAt).toBeLessThan(6000);
    expect(blocked).toBeLessThan(1000);
  });
});
