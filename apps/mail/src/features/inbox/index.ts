export { DraftsPage } from './drafts-page.tsx';
export { MailboxPage, type ReaderProps } from './mailbox-page.tsx';
export { OutboxPage } from './outbox-page.tsx';
