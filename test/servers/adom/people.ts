/** The people who can log in at the stand-in, and the answers of `GET /user` for them. */
export interface Person {
  /** For the button "Continue as demo person". */
  label: string;
  user: { id: string; name: string; display_name: string; email: string };
}

export const demoPerson: Person = {
  label: 'demo person',
  user: { id: '66f0a1c25b7e4d0012a9c301', name: 'ada', display_name: 'Ada', email: 'ada@example.com' },
};

/** Another person with the same display name. */
export const secondPerson: Person = {
  label: 'second demo person',
  user: { id: '66f0a1c25b7e4d0012a9c302', name: 'ada2', display_name: 'Ada', email: 'ada2@example.com' },
};
