export { ComposerDock, InlineComposer } from './composer-places.tsx';
export { hasMore, type ReplyMode } from './recipients.ts';
export { RedirectDialog } from './redirect-dialog.tsx';
export { type ComposeSeed, draftSeed, editAsNewSeed, forwardAsFileSeed, newSeed, replySeed } from './seeds.ts';
export { draftsInHand, openComposer, openDraft, openTakenBack } from './windows.ts';
