/**
 * Placeholders of templates: `{{first name}}` is whom one writes to, `{{my name}}` who writes. Filled in when a template is
 * put into a message; what is not known stays as it is, to be seen. Pure.
 */
import type { Address } from '../../lib/api.ts';

/** In the order that they are told of. */
export const PLACEHOLDERS = ['first name', 'name', 'email', 'my first name', 'my name', 'my email'] as const;
type Placeholder = (typeof PLACEHOLDERS)[number];
export type PlaceholderValues = Readonly<Partial<Record<Placeholder, string>>>;

const ANY = /\{\{\s*([\p{L}_.\- ]{1,40}?)\s*\}\}/gu;
/** `{{First_Name}}` is `{{first name}}`: people come from other programs. */
const keyOf = (written: string) => written.toLowerCase().replaceAll(/[\s_.-]+/g, ' ');
const isPlaceholder = (key: string): key is Placeholder => PLACEHOLDERS.some((known) => known === key);

/** The name that one is called by: `Ivers, Bob` and `Bob Ivers` are Bob. Of names without spaces all of it. */
export function firstNameOf(name: string): string {
  const [last = '', first] = name.replaceAll('"', '').split(',', 2);
  return ((first ?? '').trim() || last.trim()).split(/\s+/u)[0] ?? '';
}

function valuesOfOne(address: Address | undefined): { first: string; name: string; email: string } {
  const name = address?.name?.trim() ?? '';
  // Where the name is the address over again, nothing is known of it.
  const isName = name !== '' && !name.includes('@');
  return { first: isName ? firstNameOf(name) : '', name: isName ? name : '', email: address?.email ?? '' };
}

export function placeholderValues(to: Address | undefined, from: Address | undefined): PlaceholderValues {
  const [theirs, mine] = [valuesOfOne(to), valuesOfOne(from)];
  return {
    'first name': theirs.first,
    name: theirs.name,
    email: theirs.email,
    'my first name': mine.first,
    'my name': mine.name,
    'my email': mine.email,
  };
}

/** `write`: how a value is written in what is filled in. */
export function fillIn(text: string, values: PlaceholderValues, write = (value: string) => value): string {
  return text.replaceAll(ANY, (whole, written: string) => {
    const key = keyOf(written);
    const value = isPlaceholder(key) ? values[key] : undefined;
    return value ? write(value) : whole;
  });
}

/** The first that is still there. */
export function openPlaceholder(text: string): string | undefined {
  for (const [whole, written = ''] of text.matchAll(ANY)) if (isPlaceholder(keyOf(written))) return whole;
  return undefined;
}
