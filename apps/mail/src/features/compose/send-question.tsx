/** Asked once before a message goes: a file or a subject that is perhaps forgotten. */
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
  const isFile = question.kind === 'no-file';
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && onBack()}
      title={isFile ? text.noFileTitle : text.noSubjectTitle}
      description={isFile ? text.noFileDetail(question.word) : text.noSubjectDetail}
    >
      <div className="flex flex-wrap justify-end gap-2 pt-2">
        <Button onClick={onSend}>{text.sendAnyway}</Button>
        {isFile ? (
          <Button variant="primary" onClick={onAddFile} autoFocus>
            {text.addFile}
          </Button>
        ) : (
          <Button variant="primary" onClick={onBack} autoFocus>
            {text.addSubject}
          </Button>
        )}
      </div>
    </Dialog>
  );
}
