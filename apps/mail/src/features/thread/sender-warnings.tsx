/** Why a message may not be from whom it seems, above its text: one box, the gravest first. Nothing for clean mail. */
import { Notice, type NoticeProps } from '../../components/ui/notice.tsx';
import type { ParsedMessage } from '../../lib/api.ts';
import { threadText as text } from '../../lib/i18n/thread.ts';

type Warning = NonNullable<ParsedMessage['warnings']>[number];

const TONES: Readonly<Record<Warning['kind'], NonNullable<NoticeProps['tone']>>> = {
  unauthentic: 'danger',
  'look-alike': 'danger',
  'forged-name': 'danger',
  'known-name': 'warn',
  'several-authors': 'warn',
  'other-reply-to': 'info',
};

export function SenderWarnings({ warnings }: { warnings: readonly Warning[] }) {
  const [gravest, ...others] = warnings;
  if (gravest === undefined) return null;
  const { title, fix } = text.warnings[gravest.kind](gravest.shown, gravest.actual);
  const lines = others.map(({ kind, shown, actual }) => {
    const one = text.warnings[kind](shown, actual);
    return [one.title, one.fix].filter(Boolean).join(' ');
  });
  return (
    <div className="mb-3" data-testid="sender-warnings">
      <Notice
        tone={TONES[gravest.kind]}
        title={title}
        fix={
          <>
            {fix}
            {lines.length > 0 && (
              <ul className="mt-1.5 list-disc pl-4">
                {lines.map((line) => (
                  <li key={line}>{line}</li>
                ))}
              </ul>
            )}
          </>
        }
      />
    </div>
  );
}
