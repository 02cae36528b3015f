/** What of a message's look the editor does not hold, so that it can be said before somebody sends it anew. */
import { parseInert } from '@postroom/mail-html/browser';

/** Whether the editor leaves out what a reader would miss: fonts, colours, headings, pictures from the internet. */
export function isSimplified(html: string): boolean {
  const { body } = parseInert(html);
  const looked = [...body.querySelectorAll<HTMLElement>('[style]')].filter(
    (element) => !/^(?:TABLE|TBODY|TR|TD|TH|IMG)$/.test(element.tagName),
  );
  const isStyled = looked.some(({ style }) =>
    ['color', 'background-color', 'font-family', 'font-size', 'text-align'].some((name) =>
      style.getPropertyValue(name),
    ),
  );
  return isStyled || body.querySelector('font,center,h1,h2,h3,h4,h5,h6,style,img[src^="http" i],[bgcolor]') !== null;
}
