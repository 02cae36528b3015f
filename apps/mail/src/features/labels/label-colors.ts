/** The colours a label can have. Text on each is readable (AA) in light and dark alike. */
import type { Label } from '../../lib/api.ts';

export type LabelColor = NonNullable<Label['color']>;

export const labelColors: readonly { name: string; color: LabelColor }[] = [
  { name: 'Grey', color: { backgroundColor: '#e2e4e8', textColor: '#3a3f47' } },
  { name: 'Red', color: { backgroundColor: '#fbd5d2', textColor: '#7f1d16' } },
  { name: 'Orange', color: { backgroundColor: '#fde0c5', textColor: '#713606' } },
  { name: 'Yellow', color: { backgroundColor: '#faebb0', textColor: '#594500' } },
  { name: 'Green', color: { backgroundColor: '#cdebd5', textColor: '#12512c' } },
  { name: 'Teal', color: { backgroundColor: '#c9ecec', textColor: '#0b4d51' } },
  { name: 'Blue', color: { backgroundColor: '#d3e2fd', textColor: '#1b3f86' } },
  { name: 'Purple', color: { backgroundColor: '#e5d9fb', textColor: '#4b2488' } },
  { name: 'Pink', color: { backgroundColor: '#fad6e8', textColor: '#7a184c' } },
];

const SAFE = /^#[0-9a-f]{3,8}$/i;

/** A label's colour, or the quiet one where it has none or one that is no colour. */
export function colorOf(label: Pick<Label, 'color'>): LabelColor {
  const { color } = label;
  if (color && SAFE.test(color.backgroundColor) && SAFE.test(color.textColor)) return color;
  return { backgroundColor: '#e2e4e8', textColor: '#3a3f47' };
}
