/** Asked once before a message goes: a file, a subject or a placeholder that is perhaps forgotten. */
import { Button } from '../../components/ui/button.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { composeText as text } from '../../lib/i18n/compose.ts';
import type { SendQuestion } from './before-sending.ts';

interface SendQuestionDialogProps {
  question: SendQuestion | undefined;
  onSend: () => void;
  /** Back to the message, to add what is missing. */
  onBack: () => void;
  onAddFile: () => void;
}

export function SendQuestionDialog({ question, onSend, onBack, onAddFile }: SendQuestionDialogProps) {
  if (!question) return null;
  const { title, detail, answer, onAnswer } = wordsOf(question, { onBack, onAddFile });
  return (
    <Dialog isOpen onOpenChange={(isOpen) => !isOpen && onBack()} title={title} description={detail}>
      <div className="flex flex-wrap justify-end gap-2 pt-2">
        <Button onClick={onSend}>{text.sendAnyway}</Button>
        <Button variant="primary" onClick={onAnswer} autoFocus>
          {answer}
        </Button>
      </div>
    </Dialog>
  );
}

function wordsOf(
  question: SendQuestion,
  { onBack, onAddFile }: Pick<SendQuestionDialogProps, 'onBack' | 'onAddFile'>,
): { title: string; detail: string; answer: string; onAnswer: () => void } {
  switch (question.kind) {
    case 'placeholder': {
      const detail = text.placeholderDetail(question.placeholder);
      return { title: text.placeholderTitle, detail, answer: text.fillIn, onAnswer: onBack };
    }
    case 'no-file': {
      const detail = text.noFileDetail(question.word);
      return { title: text.noFileTitle, detail, answer: text.addFile, onAnswer: onAddFile };
    }
    case 'no-subject':
      return { title: text.noSubjectTitle, detail: text.noSubjectDetail, answer: text.addSubject, onAnswer: onBack };
  }
}
