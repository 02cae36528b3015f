/** Puts a template where one writes. Opened by its button, by a key while writing, and by the command palette. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { LayoutTemplate, Settings2 } from 'lucide-react';
import { IconButton } from '../../components/ui/button.tsx';
import { Menu, MenuContent, MenuItem, MenuLabel, MenuSeparator, MenuTrigger } from '../../components/ui/menu.tsx';
import { type Template, trpc } from '../../lib/api.ts';
import { composeText as text } from '../../lib/i18n/compose.ts';

export interface TemplateMenuProps {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  onPick: (template: Template) => void;
  /** Where the focus goes when the menu is gone. */
  onClosed: () => void;
}

export function TemplateMenu({ isOpen, onOpenChange, onPick, onClosed }: TemplateMenuProps) {
  const { data: templates } = useQuery(trpc.templates.list.queryOptions());
  const navigate = useNavigate();
  return (
    <Menu open={isOpen} onOpenChange={onOpenChange}>
      <MenuTrigger asChild>
        <IconButton label={text.insertTemplate} keys="$mod+.">
          <LayoutTemplate />
        </IconButton>
      </MenuTrigger>
      <MenuContent
        align="start"
        side="top"
        className="max-h-72 w-64"
        onCloseAutoFocus={(event) => {
          event.preventDefault();
          onClosed();
        }}
      >
        <MenuLabel>{text.templates}</MenuLabel>
        {templates?.length === 0 && <p className="max-w-64 px-2 pb-2 text-xs text-muted">{text.noTemplates}</p>}
        {templates?.map((template) => (
          <MenuItem key={template.id} onSelect={() => onPick(template)}>
            {template.name}
          </MenuItem>
        ))}
        <MenuSeparator />
        <MenuItem
          icon={<Settings2 />}
          onSelect={() => void navigate({ to: '/settings/$section', params: { section: 'templates' } })}
        >
          {text.manageTemplates}
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
