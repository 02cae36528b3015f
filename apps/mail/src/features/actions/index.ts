export { ActionBar, type ActionBarProps, type Picker, type SimpleAction } from './action-bar.tsx';
export { SnoozeDialog } from './snooze-dialog.tsx';
export { leavesList, type ThreadAction } from './thread-change.ts';
export { type Act, undoLast, useThreadActions } from './use-thread-actions.ts';
