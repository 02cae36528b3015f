/** Plain text and header fields: what was never markup must not become it. */
import type { Family } from './hostile-mail.ts';

const MARKUP = '<img src=x onerror=RUN()><script>RUN()</script>';

const TEXT: Family = {
  family: 'plain text',
  danger: 'becomes markup when text is made into HTML and its addresses into links',
  build: (text) => ({ text }),
  tricks: [
    ['a script', '<script>RUN()</script>'],
    ['a picture', MARKUP],
    ['entities', '&lt;script&gt;RUN()&lt;/script&gt; &#60;img src=x onerror=RUN()&#62;'],
    ['an address with a quote', 'https://HOST/"onmouseover="RUN()"'],
    ['an address with an apostrophe', "https://HOST/'onmouseover='RUN()'"],
    ['an address with a bracket', 'https://HOST/<img src=x onerror=RUN()>'],
    ['an address with an entity', 'https://HOST/&quot;onmouseover=&quot;RUN()'],
    ['an address in brackets', '<https://HOST/a"><img src=x onerror=RUN()>>'],
    ['an address in an address', 'http://a.example/http://HOST/"onclick="RUN()//http://b.example/'],
    ['a script address', 'javascript:RUN() javascript://HOST/%0aRUN()'],
    ['a data address', 'data:text/html,<script>RUN()</script>'],
    ['a mail address with markup', '"<script>RUN()</script>"@HOST a<script>RUN()</script>@HOST'],
    ['a mail address with a quote', 'a"onmouseover="RUN()@HOST'],
    ['www with a quote', 'www.HOST"onmouseover="RUN()'],
    ['a numbered reference', '[1]: https://HOST/"><script>RUN()</script>\n\nSee [1].'],
    ['a reference that names itself', '[a[b]]: javascript:RUN()\n[a]: https://HOST/\n[a]'],
    ['Markdown', '[a](javascript:RUN()) ![b](https://HOST/a.png) <details open ontoggle=RUN()>'],
    ['a quote of a quote', '> > <script>RUN()</script>\n>> https://HOST/"onclick="RUN()'],
    ['a signature', '-- \n<script>RUN()</script>'],
    ['format flowed', 'https://HOST/ \n"onclick="RUN() \n<script>RUN()</script>'],
    ['a direction override', 'https://bank.example/\u202egnp.\u2066<script>RUN()</script>'],
    ['a placeholder of a linkifier', '##0## {{0}} %1$s \u0000 \uE000 https://HOST/ <script>RUN()</script>'],
    ['a template', '{{constructor.constructor("RUN()")()}} \u0024{RUN()} <%= RUN() %>'],
    ['a uuencoded page', 'begin 644 a.html\n<script>RUN()</script>\n`\nend\n<script>RUN()</script>'],
    ['a smiley', ':"><script>RUN()</script> :img:https://HOST/a.png:'],
    ['a tracking number and a telephone', 'tel:+1"onclick="RUN() 1Z999<script>RUN()</script>'],
    [
      'a very long line',
      ({ run, host }) =>
        `${'a'.repeat(30_000)}<script>${run}</script>https://${host}/${'"'.repeat(3000)}onclick=${run}`,
    ],
    ['lone surrogates', '\ud800<script>RUN()</script>\udfff'],
  ],
};

const CHARSETS: Family = {
  family: 'charsets',
  danger: 'is harmless in one charset and markup in another',
  build: (body, { host }) => {
    const [type = '', encoded = ''] = body.split('\n', 2);
    return Buffer.from(
      `From: Mallory <mallory@${host}>\r\nTo: ada@lab.test\r\nSubject: Charset\r\nMIME-Version: 1.0\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: base64\r\n\r\n${encoded}\r\n`,
    );
  },
  tricks: [
    ['UTF-7', encoded('text/html; charset=utf-7', '+ADw-script+AD4-RUN()+ADw-/script+AD4-')],
    ['UTF-7 in plain text', encoded('text/plain; charset=utf-7', '+ADw-script+AD4-RUN()+ADw-/script+AD4-')],
    ['UTF-7 that nobody declared', encoded('text/html', '+ADw-script+AD4-RUN()+ADw-/script+AD4-')],
    ['UTF-16', encoded('text/html; charset=utf-16le', '<script>RUN()</script>', 'utf16le')],
    ['UTF-16 declared as UTF-8', encoded('text/html; charset=utf-8', '<script>RUN()</script>', 'utf16le')],
    [
      'ISO-2022-JP with an escape in a tag',
      encoded('text/html; charset=iso-2022-jp', '<p title="\x1b$B\x1b(B"><img src=x onerror=RUN()>'),
    ],
    ['a charset in a meta', encoded('text/html', '<meta charset=utf-7>+ADw-img src=x onerror=RUN()+AD4-')],
    [
      'a Shift_JIS lead byte that eats a quote',
      encoded('text/html; charset=shift_jis', '<p title="\x82"><img src=x onerror=RUN()>">', 'latin1'),
    ],
    [
      'a GB18030 lead byte that eats a bracket',
      encoded('text/html; charset=gb18030', '<p title=\x81><img src=x onerror=RUN()>', 'latin1'),
    ],
    [
      'overlong UTF-8',
      encoded('text/html; charset=utf-8', '\xc0\xbcscript\xc0\xbeRUN()\xc0\xbc/script\xc0\xbe', 'latin1'),
    ],
    ['EBCDIC', encoded('text/html; charset=cp037', 'L\x82\x83', 'latin1')],
    ['a charset that is markup', encoded('text/html; charset="<script>RUN()</script>"', '<img src=x onerror=RUN()>')],
    ['full-width brackets', encoded('text/html; charset=utf-8', '＜script＞RUN()＜/script＞')],
    ['x-user-defined', encoded('text/html; charset=x-user-defined', '<script>RUN()</script>')],
  ],
};

/** A type, and on the next line its content in base64. */
function encoded(type: string, content: string, as: BufferEncoding = 'utf8') {
  return ({ run }: { run: string }) =>
    `${type.replace('RUN()', run)}\n${Buffer.from(content.replaceAll('RUN()', run), as).toString('base64')}`;
}

export const plain: readonly Family[] = [TEXT, CHARSETS];
