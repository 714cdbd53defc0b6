/** Why a sign-in ended without a session, as far as the person who tried it needs to know. */
export type Failure =
  /** The person, or someone for them, said no in the browser. */
  | { kind: 'denied' }
  /** The code is used, unknown to the server, or another client's. */
  | { kind: 'codeSpent' }
  /** The server refuses this client id; `error` is its RFC 6749 §5.2 error code. */
  | { kind: 'clientRefused'; error: string }
  /** The server refused, in its own words. They are outside text: clean them before showing. */
  | { kind: 'refused'; words: string }
  /** No answer, or one that says "not now". */
  | { kind: 'unreachable' }
  /** Something answered, but nothing that speaks this protocol: a wrong address, a proxy, a login page of a network. */
  | { kind: 'notTheService' }
  /** The service takes back at once what it has just granted. */
  | { kind: 'grantRejected' }
  /** The caller wants scopes of a service that has none. */
  | { kind: 'noScopes' }
  /** The setting that names the server is not an https address. */
  | { kind: 'badServerSetting' };
