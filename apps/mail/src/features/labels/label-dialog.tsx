/** Puts labels on conversations and takes them off; makes one that is not there yet. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Command } from 'cmdk';
import { Check, Minus, Plus } from 'lucide-react';
import { toast } from 'sonner';
import { failureOf, type Label, trpc } from '../../lib/api.ts';
import { labelsText as text } from '../../lib/i18n/labels.ts';
import { LabelDot } from './label-chip.tsx';
import { PickDialog, pickItem } from './pick-dialog.tsx';

export interface LabelDialogProps {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  connectionId: string | undefined;
  /** The labels of each conversation. */
  current: readonly (readonly Label[])[];
  onChange: (change: { add: Label[]; remove: Label[] }) => void;
}

export function LabelDialog({ isOpen, onOpenChange, connectionId, current, onChange }: LabelDialogProps) {
  const client = useQueryClient();
  const { data = [] } = useQuery(trpc.labels.list.queryOptions({ connectionId }, { enabled: isOpen }));
  const labels = data.filter(({ storage }) => storage !== 'folder');
  const create = useMutation(
    trpc.labels.create.mutationOptions({
      onSuccess: ({ id }, { name }) => {
        client.invalidateQueries({ queryKey: trpc.labels.pathKey() });
        client.invalidateQueries({ queryKey: trpc.mail.count.pathKey() });
        onChange({ add: [{ id, name, type: 'user', storage: 'keyword' }], remove: [] });
        toast(text.created(name));
      },
      onError: (error) => toast.error(failureOf(error).message),
    }),
  );
  const stateOf = (label: Label): 'all' | 'some' | 'none' => {
    const count = current.filter((own) => own.some(({ id }) => id === label.id)).length;
    return count === 0 ? 'none' : count === current.length ? 'all' : 'some';
  };
  return (
    <PickDialog
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      title={text.labelTitle}
      placeholder={text.filterLabels}
      empty={text.noLabels}
    >
      {(query) => (
        <>
          {labels.map((label) => {
            const state = stateOf(label);
            return (
              <Command.Item
                key={label.id}
                value={`${label.name} ${label.id}`}
                className={pickItem}
                onSelect={() => {
                  onOpenChange(false);
                  onChange(state === 'all' ? { add: [], remove: [label] } : { add: [label], remove: [] });
                }}
              >
                <LabelDot label={label} />
                <span className="flex-1 truncate">{label.name}</span>
                {state === 'all' && <Check aria-label="on" />}
                {state === 'some' && <Minus aria-label="on some" />}
              </Command.Item>
            );
          })}
          {query !== '' && !labels.some(({ name }) => name.toLowerCase() === query.toLowerCase()) && (
            <Command.Item
              value={`create ${query}`}
              forceMount
              className={pickItem}
              onSelect={() => {
                onOpenChange(false);
                create.mutate({ name: query, connectionId });
              }}
            >
              <Plus aria-hidden="true" />
              {text.create(query)}
            </Command.Item>
          )}
        </>
      )}
    </PickDialog>
  );
}
