import { lazy } from 'react';

export { ComposerDock, InlineComposer } from './composer-places.tsx';
export { hasMore, type ReplyMode } from './recipients.ts';
export { RedirectDialog } from './redirect-dialog.tsx';
export { type ComposeSeed, editAsNewSeed, forwardAsFileSeed, newSeed, replySeed } from './seeds.ts';
/** Loaded when it is used, with the editor. */
export const RichField = lazy(() => import('./rich-field.tsx'));
export { draftsInHand, openComposer, openDraft, openTakenBack } from './windows.ts';
