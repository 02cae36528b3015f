/** Templates: what one writes often. Made, changed and deleted, with a way back. */
import { parseInert } from '@postroom/mail-html/browser';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { type FormEvent, Suspense, useState } from 'react';
import { toast } from 'sonner';
import { Button, IconButton } from '../../components/ui/button.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { TextField } from '../../components/ui/field.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Spinner } from '../../components/ui/spinner.tsx';
import { apiClient, failureOf, type Template, trpc } from '../../lib/api.ts';
import { settingsText as text } from '../../lib/i18n/settings.ts';
import { RichField } from '../compose/index.ts';
import { Section } from './section.tsx';

/** The beginning of what it says, as plain words. */
function wordsOf({ html }: Template): string {
  const { body } = parseInert(html.replaceAll(/<(?:br|\/p|\/li)>/g, ' $&'));
  return (body.textContent ?? '').replaceAll(/\s+/g, ' ').trim().slice(0, 200);
}

export function TemplateSettings() {
  const { data: templates = [] } = useQuery(trpc.templates.list.queryOptions());
  const [opened, setOpened] = useState<Template | 'new'>();
  const remove = useDelete();
  return (
    <Section title={text.sections.templates} intro={text.templatesIntro}>
      {templates.length === 0 && <p className="px-4 py-3 text-muted">{text.noTemplates}</p>}
      {templates.map((template) => (
        <div key={template.id} className="flex items-center gap-2 px-4 py-2.5" data-testid="template-row">
          <div className="min-w-0 flex-1">
            <p className="truncate font-medium">{template.name}</p>
            <p className="truncate text-xs text-muted">{wordsOf(template)}</p>
          </div>
          <Button size="small" aria-label={text.editTemplate(template.name)} onClick={() => setOpened(template)}>
            {text.editIdentity}
          </Button>
          <IconButton label={text.removeTemplate(template.name)} onClick={() => remove(template)}>
            <Trash2 />
          </IconButton>
        </div>
      ))}
      <div className="px-4 py-3">
        <Button onClick={() => setOpened('new')}>
          <Plus />
          {text.addTemplate}
        </Button>
      </div>
      {opened && (
        <TemplateDialog template={opened === 'new' ? undefined : opened} onClose={() => setOpened(undefined)} />
      )}
    </Section>
  );
}

/** Gone at once, and back by Undo. */
function useDelete(): (template: Template) => void {
  const client = useQueryClient();
  const list = trpc.templates.list.queryFilter();
  const settle = (change: Promise<unknown>) =>
    void change
      .catch((error: unknown) => toast.error(failureOf(error).message))
      .finally(() => client.invalidateQueries(list));
  return ({ id, ...content }) => {
    client.setQueriesData<Template[]>(list, (known) => known?.filter((one) => one.id !== id));
    settle(apiClient.templates.delete.mutate({ id }));
    toast(text.templateRemoved(content.name), {
      action: { label: text.undo, onClick: () => settle(apiClient.templates.create.mutate(content)) },
    });
  };
}

function TemplateDialog({ template, onClose }: { template: Template | undefined; onClose: () => void }) {
  const client = useQueryClient();
  const [fields, setFields] = useState({
    name: template?.name ?? '',
    subject: template?.subject ?? '',
    html: template?.html ?? '',
  });
  const save = useMutation({
    mutationFn: async () => {
      if (template) await apiClient.templates.update.mutate({ ...fields, id: template.id });
      else await apiClient.templates.create.mutate(fields);
    },
    onSuccess: async () => {
      await client.invalidateQueries(trpc.templates.list.queryFilter());
      toast(text.saved);
      onClose();
    },
  });
  const change = (changed: Partial<typeof fields>) => {
    setFields((current) => ({ ...current, ...changed }));
    save.reset();
  };
  const problem = save.error ? failureOf(save.error) : undefined;
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={template ? text.editTemplate(template.name) : text.newTemplate}
      className="max-w-xl"
    >
      <form
        className="flex flex-col gap-4"
        data-testid="template-form"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <TextField
          label={text.templateName}
          required
          maxLength={200}
          value={fields.name}
          onChange={(event) => change({ name: event.target.value })}
        />
        <TextField
          label={text.templateSubject}
          placeholder={text.templateSubjectHint}
          maxLength={2000}
          value={fields.subject}
          onChange={(event) => change({ subject: event.target.value })}
        />
        <Suspense fallback={<Spinner />}>
          <RichField
            label={text.templateText}
            initial={fields.html}
            testId="template-text"
            onChange={(html) => change({ html })}
          />
        </Suspense>
        <p className="text-xs text-muted">{text.placeholdersHint}</p>
        {problem && <Notice tone="danger" title={problem.message} fix={problem.fix} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button type="submit" variant="primary" disabled={save.isPending || fields.name.trim() === ''}>
            {save.isPending && <Spinner className="text-current" />}
            {text.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
