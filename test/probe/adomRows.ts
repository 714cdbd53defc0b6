/** What is asked about Adom: each row is something that its documents leave open. */
export const ADOM_ROWS = {
  created: 'An intent is created with status 201',
  lifetime: 'Its lifetime is 15 minutes',
  maxAge: 'The session’s lifetime is the one asked for',
  confirmationCode: 'There is a confirmation code',
  updatesUrl: 'There is an address for updates',
  updatesStatus: 'It ends with /status',
  authUrl: 'There is a link for the browser',
  pending: 'A poll answers that the state is pending',
  stream: 'The updates can be streamed',
  pings: 'The stream carries pings',
  streamed: 'The session token came by the stream',
  again: 'A later poll returns the token again',
  bearer: 'GET /user takes the token as a Bearer token',
  cookie: 'GET /user takes the token as a cookie',
  rotates: 'GET /user replaces the token',
  oldWorks: 'The replaced token still works',
  logout: 'Logout is accepted',
  dead: 'The session token is dead after that',
  corsIntents: 'A web worker may create an intent',
  corsStatus: 'A web worker may poll',
  corsUser: 'A web worker may call GET /user',
  corsLogout: 'A web worker may call DELETE /auth/logout',
};

/** The endpoints of the rows about web workers. */
export const ADOM_CORS = {
  corsIntents: { method: 'POST', path: '/auth/intents', json: {} },
  corsStatus: { method: 'GET', path: '/auth/intents/no-intent/status' },
  corsUser: { method: 'GET', path: '/user', authorized: true },
  corsLogout: { method: 'DELETE', path: '/auth/logout', authorized: true },
} as const;
