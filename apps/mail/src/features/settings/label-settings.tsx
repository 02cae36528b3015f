/** Makes, renames, colours and deletes labels. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { toast } from 'sonner';
import { Button, IconButton } from '../../components/ui/button.tsx';
import { Confirm } from '../../components/ui/dialog.tsx';
import { control } from '../../components/ui/field.tsx';
import { Menu, MenuContent, MenuItem, MenuTrigger } from '../../components/ui/menu.tsx';
import { failureOf, type Label, trpc } from '../../lib/api.ts';
import { cn } from '../../lib/class-names.ts';
import { labelsText } from '../../lib/i18n/labels.ts';
import { settingsText as text } from '../../lib/i18n/settings.ts';
import { colorOf, LabelDot, labelColors } from '../labels/index.ts';
import { Section } from './section.tsx';

export function LabelSettings() {
  const client = useQueryClient();
  const { data = [] } = useQuery(trpc.labels.list.queryOptions({}));
  const labels = data.filter(({ type, storage }) => type === 'user' && storage !== 'folder');
  const [removing, setRemoving] = useState<Label>();
  const [newName, setNewName] = useState('');
  const options = {
    onSettled: () => {
      client.invalidateQueries({ queryKey: trpc.labels.pathKey() });
      client.invalidateQueries({ queryKey: trpc.mail.pathKey() });
    },
    onError: (error: unknown) => void toast.error(failureOf(error).message),
  };
  const create = useMutation(trpc.labels.create.mutationOptions(options));
  const update = useMutation(trpc.labels.update.mutationOptions(options));
  const remove = useMutation(trpc.labels.delete.mutationOptions(options));
  const add = (event: FormEvent) => {
    event.preventDefault();
    const name = newName.trim();
    if (name === '') return;
    create.mutate({ name, color: labelColors[labels.length % labelColors.length]?.color });
    setNewName('');
  };
  return (
    <Section title={text.sections.labels} intro={text.labelsIntro}>
      {labels.length === 0 && <p className="px-4 py-3 text-muted">{text.noLabels}</p>}
      {labels.map((label) => (
        <div key={label.id} className="flex items-center gap-3 px-4 py-2" data-testid="label-row">
          <Menu>
            <MenuTrigger
              aria-label={labelsText.colorOf(label.name)}
              className="flex size-7 items-center justify-center rounded-md hover:bg-hover"
            >
              <LabelDot label={label} className="size-3.5" />
            </MenuTrigger>
            <MenuContent>
              {labelColors.map(({ name, color }) => (
                <MenuItem
                  key={name}
                  icon={<LabelDot label={{ color }} className="size-3.5" />}
                  isChecked={colorOf(label).backgroundColor === color.backgroundColor}
                  onSelect={() => update.mutate({ id: label.id, name: label.name, color })}
                >
                  {name}
                </MenuItem>
              ))}
            </MenuContent>
          </Menu>
          <NameField
            key={label.name}
            label={label}
            onRename={(name) => update.mutate({ id: label.id, name, color: label.color })}
          />
          {label.storage === 'local' && (
            <span className="text-xs text-muted max-sm:hidden">{labelsText.localOnly}</span>
          )}
          <IconButton label={labelsText.remove(label.name)} onClick={() => setRemoving(label)}>
            <Trash2 />
          </IconButton>
        </div>
      ))}
      <form onSubmit={add} className="flex gap-2 px-4 py-3">
        <input
          aria-label={labelsText.newName}
          placeholder={labelsText.newName}
          className={cn(control, 'max-w-xs')}
          value={newName}
          maxLength={100}
          onChange={(event) => setNewName(event.target.value)}
        />
        <Button type="submit" disabled={newName.trim() === ''}>
          {labelsText.add}
        </Button>
      </form>
      {removing && (
        <Confirm
          isOpen
          onOpenChange={() => setRemoving(undefined)}
          title={labelsText.removeTitle(removing.name)}
          description={labelsText.removeDescription}
          confirmLabel={labelsText.removeConfirm}
          onConfirm={() => remove.mutate({ id: removing.id })}
        />
      )}
    </Section>
  );
}

function NameField({ label, onRename }: { label: Label; onRename: (name: string) => void }) {
  const [name, setName] = useState(label.name);
  const commit = () => {
    const trimmed = name.trim();
    if (trimmed === '') setName(label.name);
    else if (trimmed !== label.name) onRename(trimmed);
  };
  return (
    <input
      aria-label={labelsText.rename(label.name)}
      className="h-8 min-w-0 flex-1 rounded-md bg-transparent px-2 outline-none hover:bg-hover focus:bg-hover"
      value={name}
      maxLength={100}
      onChange={(event) => setName(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
    />
  );
}
