/**
 * Style sheets into style attributes, for mail programs that know only those. A sheet acts on what it stands in, so that
 * the sheet of a quoted message styles the quote and nothing else. What depends on the reader (at-rules, pseudo-classes)
 * is left out. Bounded: selectors are short and simple, and there are only so many; hostile mail is quoted, too.
 */
import { compile, is } from 'css-select';
import { type ChildNode, type Element, isTag, type ParentNode } from 'domhandler';
import { parse } from 'postcss';

const MAX_CSS = 128 * 1024;
const MAX_RULES = 400;
/** Rules times elements. */
const MAX_WORK = 2_000_000;
/** Elements, classes and attributes in the sequences of a selector; at most four of them. */
const SELECTOR = /^(?:[*\w.#-]+(?:\s*>\s*|\s+)){0,3}[*\w.#-]+$/;

interface Rule {
  readonly matches: (element: Element) => boolean;
  readonly specificity: number;
  readonly declarations: readonly Declaration[];
}

interface Declaration {
  readonly property: string;
  readonly value: string;
  readonly isImportant: boolean;
}

/** Takes the style sheets out of a tree, and writes what they say to the elements. */
export function inlineSheets(root: ParentNode): void {
  const found: { sheet: Element; scope: ParentNode }[] = [];
  walk(root, (element) => {
    if (element.name === 'style') found.push({ sheet: element, scope: scopeOf(element, root) });
  });
  let work = 0;
  const styles = new Map<Element, { rule: Rule; order: number }[]>();
  for (const { sheet, scope } of found) {
    const rules = rulesOf(textOf(sheet));
    sheet.children = [];
    walk(scope, (element) => {
      work += rules.length;
      if (work > MAX_WORK) return;
      for (const [order, rule] of rules.entries()) {
        if (rule.matches(element)) styles.set(element, [...(styles.get(element) ?? []), { rule, order }]);
      }
    });
  }
  for (const [element, matched] of styles) element.attribs.style = cascade(matched, element.attribs.style ?? '');
}

/** What the sheet styles: what it stands in, or the whole where it stands in a head. */
function scopeOf(sheet: Element, root: ParentNode): ParentNode {
  let parent: ParentNode | null = sheet.parent;
  while (parent && isTag(parent) && /^(?:head|html|body)$/.test(parent.name)) parent = parent.parent;
  return parent ?? root;
}

function rulesOf(css: string): Rule[] {
  if (css.length > MAX_CSS) return [];
  try {
    const rules = parse(css.replaceAll('<!--', '').replaceAll('-->', '')).nodes.flatMap((node) => {
      if (node.type !== 'rule') return [];
      const declarations = node.nodes.flatMap((child) =>
        child.type === 'decl'
          ? [{ property: child.prop.toLowerCase(), value: child.value, isImportant: child.important === true }]
          : [],
      );
      return node.selectors
        .filter((selector) => selector.length <= 200 && SELECTOR.test(selector))
        .map((selector): Rule => {
          const matches = compile<ChildNode, Element>(selector);
          return { matches: (element) => is(element, matches), specificity: specificityOf(selector), declarations };
        });
    });
    return rules.slice(0, MAX_RULES);
  } catch {
    // Not CSS: there is nothing to keep.
    return [];
  }
}

/** Ids, then classes, then elements. */
function specificityOf(selector: string): number {
  const count = (pattern: RegExp) => selector.match(pattern)?.length ?? 0;
  return count(/#/g) * 10_000 + count(/\./g) * 100 + count(/(?:^|[\s>])[a-z]/gi);
}

/** The declarations in their order, later ones last; what the element says itself is last but for what is important. */
function cascade(matched: readonly { rule: Rule; order: number }[], own: string): string {
  const sorted = [...matched].sort((a, b) => a.rule.specificity - b.rule.specificity || a.order - b.order);
  const all = sorted.flatMap(({ rule }) => rule.declarations);
  const write = (list: readonly Declaration[]) => list.map(({ property, value }) => `${property}: ${value}`);
  const kept = lastOfEach(all.filter(({ isImportant }) => !isImportant));
  const important = lastOfEach(all.filter(({ isImportant }) => isImportant));
  return [...write(kept), ...(own.trim() === '' ? [] : [own]), ...write(important)].join('; ');
}

/** Each property where it stands last, so that what is meant for one side follows what is meant for all. */
function lastOfEach(declarations: readonly Declaration[]): Declaration[] {
  const last = new Map(declarations.map((one) => [one.property, one]));
  return declarations.filter((one) => last.get(one.property) === one);
}

function textOf(element: Element): string {
  return element.children.map((child) => ('data' in child ? child.data : '')).join('');
}

/** Every element below, in document order. */
export function walk(root: ParentNode, visit: (element: Element) => void): void {
  const open: ChildNode[] = [...root.children].reverse();
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (!isTag(node)) continue;
    visit(node);
    for (let at = node.children.length - 1; at >= 0; at -= 1) open.push(node.children[at] as ChildNode);
  }
}
