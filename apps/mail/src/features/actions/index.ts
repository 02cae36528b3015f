export { ActionBar, type ActionBarProps, type Picker, type SimpleAction } from './action-bar.tsx';
export { formatSnooze, inDays, type NamedTime, reminderTimes, sendTimes } from './named-times.ts';
export { leavesList, type ThreadAction } from './thread-change.ts';
export { TimeDialog } from './time-dialog.tsx';
export { type Act, undoLast, useThreadActions } from './use-thread-actions.ts';
