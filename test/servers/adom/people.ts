/** The users of the reference server and their `GET /user` responses. */
export interface Person {
  /** For the button "Continue as demo person". */
  label: string;
  user: { id: string; name: string; display_name: string; email: string };
}

export const demoPerson: Person = {
  label: 'demo person',
  user: { id: '66f0a1c25b7e4d0012a9c301', name: 'ada', display_name: 'Ada', email: 'ada@example.com' },
};

/** Another user with the same display name. */
export const secondPerson: Person = {
  label: 'second demo person',
  user: { id: '66f0a1c25b7e4d0012a9c302', name: 'ada2', display_name: 'Ada', email: 'ada2@example.com' },
};
