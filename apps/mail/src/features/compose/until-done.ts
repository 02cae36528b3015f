/** What is left to do when nobody sees it any more, such as the draft of a composer that is gone. */
import { toast } from 'sonner';
import { composeText as text } from '../../lib/i18n/compose.ts';

const RETRY_MS = 5000;

/** Tries until it is done, and says `notYet` meanwhile. Answers whether it had to. */
export async function untilDone(attempt: () => Promise<boolean>, notYet: string): Promise<boolean> {
  let told: string | number | undefined;
  while (!(await attempt())) {
    told ??= toast.warning(notYet, {
      description: text.keepOpen,
      duration: Number.POSITIVE_INFINITY,
      // It stays: beside how the account stands and what is written elsewhere, not over it.
      position: 'bottom-center',
    });
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
  if (told !== undefined) toast.dismiss(told);
  return told !== undefined;
}
