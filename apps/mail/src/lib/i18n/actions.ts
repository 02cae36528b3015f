import { formatCount } from '../format.ts';

const conversations = (count: number) => (count === 1 ? 'Conversation' : `${formatCount(count)} conversations`);

export const actionsText = {
  archive: 'Archive',
  delete: 'Delete',
  deleteForever: 'Delete for good',
  spam: 'Report spam',
  notSpam: 'Not spam',
  markRead: 'Mark as read',
  markUnread: 'Mark as unread',
  star: 'Star',
  unstar: 'Remove star',
  snooze: 'Snooze…',
  unsnooze: 'Back to the inbox',
  move: 'Move to…',
  label: 'Label…',
  more: 'More actions',
  undo: 'Undo',
  undone: 'Taken back.',
  nothingToUndo: 'There is nothing to take back.',
  undoFailed: 'This can no longer be taken back.',
  done: {
    archive: (count: number) => `${conversations(count)} archived`,
    delete: (count: number) => `${conversations(count)} moved to the bin`,
    deleteForever: (count: number) => `${conversations(count)} deleted for good`,
    spam: (count: number) => `${conversations(count)} reported as spam`,
    notSpam: (count: number) => `${conversations(count)} moved to the inbox`,
    move: (count: number, to: string) => `${conversations(count)} moved to ${to}`,
    snooze: (count: number, until: string) => `${conversations(count)} snoozed until ${until}`,
    unsnooze: (count: number) => `${conversations(count)} back in the inbox`,
    labels: (count: number) =>
      `Labels of ${count === 1 ? 'the conversation' : `${formatCount(count)} conversations`} changed`,
    read: (count: number) => `${conversations(count)} marked as read`,
    unread: (count: number) => `${conversations(count)} marked as unread`,
    star: (count: number) => `${conversations(count)} starred`,
    unstar: (count: number) =>
      `Star removed from ${count === 1 ? 'the conversation' : `${formatCount(count)} conversations`}`,
  },
  snoozeTitle: 'Snooze until…',
  pickTime: 'Pick a day and time',
  setTime: 'Snooze',
  snoozeNames: {
    laterToday: 'Later today',
    thisEvening: 'This evening',
    tomorrow: 'Tomorrow morning',
    weekend: 'This weekend',
    nextWeek: 'Next week',
    nextMonth: 'Next month',
  },
};
