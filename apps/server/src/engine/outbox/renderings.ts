/** What was composed, as the HTML and the text of a mail: made once, when the message is frozen. */
import { isSendable, outgoingDocument, outgoingFragment, outgoingText } from '@postroom/mail-html';
import { MailError } from '../../lib/driver/errors.ts';

export interface Renderings {
  readonly html: string;
  readonly text: string;
}

/** Throws `MailError` MESSAGE_TOO_LARGE for HTML that nobody wrote by hand: a part of it would be missing. */
export function renderingsOf({ message, text }: { message: string; text?: string | undefined }): Renderings {
  if (!isSendable(message)) {
    throw new MailError({
      code: 'MESSAGE_TOO_LARGE',
      message: 'The text of the message is too long to be sent.',
      fix: 'Shorten it, or attach it as a file.',
    });
  }
  const fragment = outgoingFragment(message);
  return { html: outgoingDocument(fragment), text: text ?? outgoingText(fragment) };
}
