/// <reference lib="dom" />
/**
 * The only ways from text to markup in the browser (Trusted Types; the server's policy names them, and no default one).
 * `postroom-parser` is for documents that run and load nothing: the one DOMPurify cleans in, and those that are taken
 * apart here. `postroom-frame` takes no text at all, only safe markup: what DOMPurify returned, and constants of ours
 * with escaped text between them. A browser that does not know Trusted Types gets the same strings by the same ways.
 *
 * Leaves out: cleaning (browser.ts).
 */

/** A document for a frame's `srcdoc`: to the browser a TrustedHTML, in the words of the DOM's types a string. */
export type FrameMarkup = string & { readonly madeBy: 'postroom-frame' };

/** Markup that may be put together with other such, and become a frame's document. */
export interface SafeMarkup {
  readonly html: string;
}

type Policy = Readonly<{
  createHTML(text: string, markup?: SafeMarkup): string;
  createScriptURL(text: string): string;
}>;
interface PolicyFactory {
  createPolicy(name: string, rules: Policy): Policy;
}

const made = new WeakSet<SafeMarkup>();
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For what DOMPurify returned, and nothing else. */
export function asSafe(html: string): SafeMarkup {
  const markup = Object.freeze({ html });
  made.add(markup);
  return markup;
}

/** A template: its constants as they are, text escaped, safe markup as it is. */
export function markup(
  constants: TemplateStringsArray,
  ...values: readonly (string | SafeMarkup | readonly SafeMarkup[])[]
): SafeMarkup {
  return asSafe(constants.reduce((before, constant, at) => before + written(values[at - 1] ?? '') + constant));
}

function written(value: string | SafeMarkup | readonly SafeMarkup[]): string {
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
  return ('html' in value ? [value] : value).map(safeHtml).join('');
}

function safeHtml(value: SafeMarkup): string {
  if (!made.has(value)) throw new TypeError('This markup was not made to be shown.');
  return value.html;
}

function refuse(): never {
  throw new TypeError('Nothing of a message is a script.');
}

/** Of the window, where it has Trusted Types. */
function policyOf(name: string, rules: Policy): Policy {
  const { trustedTypes } = globalThis as { trustedTypes?: PolicyFactory };
  return trustedTypes?.createPolicy(name, rules) ?? rules;
}

/** DOMPurify's too. Its markup is in nobody's page. */
export const PARSER = policyOf('postroom-parser', { createHTML: (text) => text, createScriptURL: refuse });

const FRAME = policyOf('postroom-frame', {
  createHTML: (_, value) => (value ? safeHtml(value) : refuse()),
  createScriptURL: refuse,
});

/** The text as a document without a window: nothing in it runs or is asked for. */
export function parseInert(html: string): Document {
  return new DOMParser().parseFromString(PARSER.createHTML(html), 'text/html');
}

/** Safe markup as a frame's document. */
export function toFrameMarkup(value: SafeMarkup): FrameMarkup {
  return FRAME.createHTML('', value) as FrameMarkup;
}
