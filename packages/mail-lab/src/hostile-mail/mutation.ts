/** Markup that reads one way to a cleaner and another way to the browser that gets its result. */
import type { Family } from './hostile-mail.ts';

const BAD = '<img src=1 onerror=RUN()>';
const HIDDEN = '&lt;img src=1 onerror=RUN()&gt;';

const MUTATION: Family = {
  family: 'mutation',
  danger: 'is harmless to the cleaner and comes to life when the result is parsed again',
  tricks: [
    [
      'a style sheet in MathML holds a comment',
      `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;${HIDDEN}">`,
    ],
    ['a form that is closed inside another', `<form><math><mtext></form><form><mglyph><style></math>${BAD}`],
    ['a style sheet in SVG', `<svg><style><!--</style><p title="--&gt;</style>${BAD}"></p></svg>`],
    ['a style sheet in SVG with the end in an attribute', `<svg></p><style><a id="</style>${BAD}">`],
    ['a title in SVG', `<svg><title><style></title><p title="</style>${BAD}"></svg>`],
    ['desc as integration point', `<svg><desc><style><a title="</style>${BAD}"></desc></svg>`],
    [
      'foreignObject as integration point',
      `<svg><foreignObject><p><style><a title="</style>${BAD}"></p></foreignObject></svg>`,
    ],
    [
      'annotation-xml as HTML',
      `<math><annotation-xml encoding="text/html"><style><a title="</style>${BAD}"></annotation-xml></math>`,
    ],
    [
      'annotation-xml that is not HTML',
      `<math><annotation-xml><style><a title="</style>${BAD}"></annotation-xml></math>`,
    ],
    ['mglyph directly in mtext', `<math><mtext><mglyph><style><a title="</style>${BAD}"></mglyph></mtext></math>`],
    ['malignmark directly in mi', `<math><mi><malignmark><style><a title="</style>${BAD}"></malignmark></mi></math>`],
    ['noscript read with scripts off', `<noscript><p title="</noscript>${BAD}"></p></noscript>`],
    ['noembed', `<noembed><p title="</noembed>${BAD}"></p></noembed>`],
    ['noframes', `<noframes><p title="</noframes>${BAD}"></p></noframes>`],
    ['a frame as raw text', `<iframe><p title="</iframe>${BAD}"></p></iframe>`],
    ['xmp as raw text', `<xmp><p title="</xmp>${BAD}"></p></xmp>`],
    ['plain text inside a table', `<table><plaintext><p title="</plaintext>${BAD}"></p></table>`],
    ['a text area in a choice', `<select><textarea></select><p title="</textarea>${BAD}">`],
    ['a template', `<template><p title="</template>${BAD}"></p></template>`],
    [
      'a template in a template',
      `<template><template><p title="</template></template>${BAD}"></p></template></template>`,
    ],
    ['a declared shadow root', `<p><template shadowrootmode=open>${BAD}<script>RUN()</script></template></p>`],
    ['an option in a choice in a table', `<table><select><option><style></select><p title="</style>${BAD}"></table>`],
    ['foster parenting', `<table><tr>${BAD}<td><style></table><p title="</style>${BAD}">`],
    ['foster parenting of a form', `<table><form><tr><td></form><form>${BAD}</table>`],
    ['a caption that closes a table', `<table><caption><table></caption>${BAD}</table>`],
    ['a column group with text', `<table><colgroup><p title="</colgroup></table>${BAD}"></table>`],
    ['a heading in a heading', `<h1><svg></h1><style><p title="</style>${BAD}">`],
    ['a paragraph that ends SVG', `<svg></p><style><!--</style>-->${BAD}`],
    ['a line break that ends SVG', `<svg></br><style><!--</style>-->${BAD}`],
    ['a font that ends SVG', `<svg><font color=red><style><!--</style>-->${BAD}`],
    ['a font that does not end SVG', `<svg><font><style><!--</style>-->${BAD}`],
    ['active formatting copied', `<a><table><a title="</table>${BAD}"></a></table></a>`],
    ['nobr copied', `<nobr><p><nobr title="</nobr>${BAD}"></p>`],
    ['a button in a button', `<button><p><button title="</button>${BAD}"></p>`],
    ['a comment that ends with --!>', `<!--a--!>${BAD}-->`],
    ['a comment that is closed by its start', `<!-->${BAD}-->`],
    ['a comment that is closed by its start and a dash', `<!--->${BAD}-->`],
    ['a comment in a comment', `<!-- <!-- -->${BAD} --> -->`],
    ['a comment cut by a NUL', `<!-- \0--\0>${BAD}-->`],
    ['CDATA in SVG', `<svg><![CDATA[><p title="]]>${BAD}"></svg>`],
    ['CDATA in HTML', `<![CDATA[><p title="]]>${BAD}">`],
    ['CDATA in a MathML text', `<math><mtext><![CDATA[</mtext></math>${BAD}]]>`],
    ['a processing instruction', `<?a title="?>${BAD}">`],
    ['a declaration', `<!DOCTYPE a [<!ENTITY x "${BAD}">]>&x;`],
    ['a bogus end tag', `</ a title=">${BAD}">`],
    ['an end tag with attributes', `<p></p title="><p>${BAD}">`],
    ['a line feed first in pre', `<pre>\n\n${BAD.replace('img', 'IMG')}</pre>`],
    ['a listing', `<listing>\n<p title="</listing>${BAD}"></p></listing>`],
    ['entities without a semicolon', `<p title="&ltimg src=1 onerror=RUN()&gt">&ltimg src=1 onerror=RUN()&gt</p>`],
    [
      'entities of entities',
      `<p title="&amp;lt;img src=1 onerror=RUN()&amp;gt;">${HIDDEN.replaceAll('&', '&amp;')}</p>`,
    ],
    ['a quote in an unquoted attribute', `<p title=a"b>c" onclick=RUN()>${BAD}</p>`],
    ['a backtick in an attribute', '<p title="``onmouseover=RUN()">a</p>'],
    ['an attribute name with a quote', `<p a"b=c title='">${BAD}'>`],
    ['an attribute name with a bracket', `<p a<b=c title='>${BAD}'>`],
    ['an element name with a quote', `<p"title='>${BAD}'>a</p">`],
    [
      'a very deep nest',
      ({ run }) =>
        `${'<div>'.repeat(600)}<form><div></form><style><a title="</style><img src=1 onerror=${run}>">${'</div>'.repeat(600)}`,
    ],
    [
      'a very deep nest of MathML',
      ({ run }) => `${'<math><mi>'.repeat(300)}<style><!--</style><a title="--&gt;&lt;img src=1 onerror=${run}&gt;">`,
    ],
    [
      'a very deep nest of formatting',
      ({ run }) => `${'<b><i>'.repeat(300)}<p><style><a title="</style><img src=1 onerror=${run}>">`,
    ],
    [
      'thousands of attributes',
      ({ run }) => `<img ${Array.from({ length: 3000 }, (_, at) => `a${at}=1`).join(' ')} src=x onerror=${run}>`,
    ],
    ['a self-closed SVG', `<svg/><style><p title="</style>${BAD}">`],
    ['a self-closed MathML', `<math/><style><p title="</style>${BAD}">`],
    ['HTML in MathML in SVG', `<svg><math><foreignObject><mi><p title="</mi></foreignObject></math></svg>${BAD}"></p>`],
    ['a ruby', `<ruby><rb><rt><p title="</rt></rb></ruby>${BAD}">`],
    ['a select that holds SVG', `<select><svg><style><p title="</style>${BAD}"></svg></select>`],
  ],
};

const CLOBBERING: Family = {
  family: 'clobbering',
  danger: 'puts an element where the page expects a variable, a function or a property',
  tricks: [
    ['a form without attributes', '<form><input name=attributes><input name=nodeName><img src=x onerror=RUN()></form>'],
    [
      'a form without children',
      '<form id=f><input name=childNodes><input name=firstChild><script>RUN()</script></form>',
    ],
    ['a form without a parent', '<form onmouseover=RUN()><input name=parentNode><input name=removeAttribute></form>'],
    ['the document’s body', '<img name=body><form name=body onclick=RUN()></form>'],
    ['the document’s cookie', '<img name=cookie src=x onerror=RUN()>'],
    ['querySelector', '<img name=querySelector><img name=getElementById><embed name=createElement>'],
    ['the current script', '<img name=currentScript src="https://HOST/a">'],
    ['a default view', '<img name=defaultView><iframe name=defaultView></iframe>'],
    [
      'the canary itself',
      '<a id=canary href="javascript:RUN()">a</a><a id=canary name=toString href="javascript:RUN()">b</a>',
    ],
    ['ids of the app', '<div id=root></div><div id=thread-subject>Not the subject</div><p id=app>a</p>'],
    [
      'test ids of the app',
      '<div data-testid="message" data-message-id="m1">a</div><article data-testid="thread-row">b</article>',
    ],
    ['two of one name', '<a id=x><a id=x name=y href="https://HOST/a">a</a>'],
    ['a prototype', '<a id=__proto__><a id=constructor name=prototype>a</a>'],
    ['slots and parts', '<slot name=x>a</slot><p part=y slot=x>b</p>'],
  ],
};

export const mutation: readonly Family[] = [MUTATION, CLOBBERING];
