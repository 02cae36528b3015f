/** Whether a text is HTML. Pure, and small enough for every page. */

const TAG = /<[a-z][a-z0-9]*(?:\s[^<>]*)?\/?>/i;

/** Anything that has a tag is; `Ada <ada@example.org>` has none. */
export const hasMarkup = (text: string): boolean => TAG.test(text);
