/** The demo's two people. Their passwords are no secrets: the accounts are on this machine, and gone after the demo. */

export interface DemoPerson {
  readonly name: string;
  readonly email: string;
  /** Of the app account. */
  readonly password: string;
  /** Of the mail account. */
  readonly mailPassword: string;
}

export const ADA: DemoPerson = {
  name: 'Ada Lund',
  email: 'ada@lab.test',
  password: 'postroom-demo',
  mailPassword: 'not-a-secret-ada',
};

export const BOB: DemoPerson = {
  name: 'Bob Ivers',
  email: 'bob@lab.test',
  password: 'postroom-demo',
  mailPassword: 'not-a-secret-bob',
};
