import { describe, expect, it } from 'vitest';
import { flagsWithLabels, readLabels, splitChange } from './labels.ts';

describe('readLabels', () => {
  it.each([
    { name: 'as Gmail writes them', labels: ['\\Inbox', '\\Sent', '\\Draft'] },
    { name: 'with the backslash doubled, and drafts in the plural', labels: ['\\\\Inbox', '\\\\Sent', '\\\\Drafts'] },
    { name: 'in another case', labels: ['\\INBOX', '\\sent', '\\draft'] },
  ])('reads system labels $name', ({ labels }) => {
    expect(readLabels(labels).shownIn).toEqual(['\\Inbox', '\\Sent', '\\Draft']);
  });

  it('tells the user’s labels from Gmail’s of the same name', () => {
    expect(readLabels(['\\Important', 'Important', 'Inbox', '\\Starred', '\\Muted', ''])).toEqual({
      shownIn: [],
      own: ['Important', 'Inbox'],
      isImportant: true,
      isStarred: true,
    });
  });
});

describe('flagsWithLabels', () => {
  it('adds labels to keywords, once each, and the star to the flags', () => {
    const labels = readLabels(['Work', 'blue', '\\Important', '\\Starred']);
    expect(flagsWithLabels({ system: ['seen'], keywords: ['Blue', '$Forwarded'] }, labels)).toEqual({
      system: ['seen', 'flagged'],
      keywords: ['Blue', '$Forwarded', 'Work', '$Important'],
    });
  });
});

describe('splitChange', () => {
  it('sends labels to X-GM-LABELS and everything else to FLAGS', () => {
    const change = {
      add: { system: ['seen' as const], keywords: ['WORK', '$important', '$Forwarded'] },
      remove: { system: [], keywords: ['work/2026', '$label1'] },
    };
    expect(splitChange(change, new Set(['work', 'work/2026']))).toEqual({
      flags: { add: { system: ['seen'], keywords: ['$Forwarded'] }, remove: { system: [], keywords: ['$label1'] } },
      labels: { add: ['WORK', '\\Important'], remove: ['work/2026'] },
    });
  });
});
