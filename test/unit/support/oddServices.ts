import * as fc from 'fast-check';

import { anyJson, hostileText, nearly, oddNumber } from './hostile.ts';
import { answer, orHuge, some, stream } from './oddAnswers.ts';

const c = fc.constantFrom;

/** Part of every secret, so that a test finds it wherever it does not belong. */
export const CANARY = /canary/i;
export const SIGMA = 'https://auth.example';
export const ADOM = 'https://adom.example';
const BAP_ID = 'Go8vCHAa4S6AhXKTABGpANiz35J';
const OTHER_BAP_ID = '3jwCu5ZcixQBfBDk3JhUbfj9ZdGr';

const code = nearly({
  device_code: c('canary-device'),
  user_code: c('CANARY-CODE'),
  verification_uri: c(`${SIGMA}/device`),
  verification_uri_complete: c(`${SIGMA}/device?code=CANARY-CODE`),
  expires_in: c(900, 30),
  interval: c(5, 1),
});
const token = fc.oneof(
  { weight: 9, arbitrary: c('tok.canary-1', 'tok.canary-2', 'tok.canary-3') },
  { weight: 1, arbitrary: c('not a canary token', '${env:canary}', 'canary\r\nx: y') },
);
const granted = nearly({
  access_token: token,
  refresh_token: c('canary-refresh'),
  token_type: fc.oneof({ weight: 9, arbitrary: c('Bearer', 'bearer') }, { weight: 1, arbitrary: c('mac') }),
  expires_in: fc.oneof(c(3_600, 900), oddNumber),
});
const refused = nearly({
  error: c(
    'authorization_pending',
    'slow_down',
    'access_denied',
    'expired_token',
    'invalid_grant',
    'invalid_client',
    'server_error',
    'x y',
  ),
  error_description: hostileText,
  message: hostileText,
});
const pending = c({ error: 'authorization_pending' }, { error: 'slow_down' });
const profile = nearly({
  alternateName: hostileText,
  givenName: hostileText,
  familyName: hostileText,
  description: hostileText,
  image: hostileText,
  x: anyJson,
});
const bap = nearly({
  idKey: c(BAP_ID),
  rootAddress: c('1M7NLLBwu6BzCWDeMFP18SqYAmUtyRfJwf'),
  currentAddress: hostileText,
  addresses: fc.array(nearly({ address: hostileText, txId: hostileText, block: oddNumber }), {
    maxLength: 3,
  }),
  identity: profile,
});
const userinfo = nearly({
  sub: fc.oneof({ weight: 3, arbitrary: c('user-1') }, hostileText),
  name: hostileText,
  given_name: hostileText,
  email: hostileText,
  picture: hostileText,
  bap_id: fc.oneof(c(BAP_ID), hostileText),
  pubkey: c('02' + 'ab'.repeat(32)),
  bap: fc.oneof(
    bap,
    bap.map((object) => JSON.stringify(object)),
    hostileText,
  ),
});
const organization = nearly({
  id: c(BAP_ID, OTHER_BAP_ID),
  name: hostileText,
  logo: hostileText,
  metadata: c({ type: 'bap_identity' }, '{"type":"x"}'),
});
const intent = nearly({
  token: c('canary-intent'),
  created_at: c('2025-06-15T12:00:00Z', '2099-01-01T00:00:00Z'),
  expires_at: c('2025-06-15T12:15:00Z', '2099-01-01T00:15:00Z', '9999-99-99'),
  requested_max_age: fc.oneof(c(3_600), oddNumber),
  auth_url: c('https://hydrogen.example/auth/intent?token=canary-intent'),
  updates_url: fc.oneof(
    {
      weight: 9,
      arbitrary: c(`${ADOM}/auth/intents/canary-intent/status`, `${ADOM}/auth/intents/canary-intent`),
    },
    { weight: 1, arbitrary: c('https://evil.example/status', 'https://adom.example@evil.example/status') },
  ),
  confirmation_code: fc.oneof(c('CANARY-CODE'), hostileText),
});
const state = nearly({
  state: c('pending', 'authenticated'),
  session_token: token,
});
const user = nearly({
  id: fc.oneof(c('user-1'), hostileText),
  name: hostileText,
  display_name: hostileText,
  email: hostileText,
});

const rejection = nearly({
  error: c('invalid_token', 'unauthorized', 'invalid_request', 'x'),
  error_description: c('Invalid access token'),
});
const session = nearly({
  session: nearly({ token: c('tok.canary-1'), expiresAt: fc.oneof(c('2026-01-01T00:00:00Z'), hostileText) }),
});
const said = {
  reason: hostileText,
  onChain: fc.boolean(),
  createdAt: fc.oneof(c(1_700_000_000_000), oddNumber),
};
const edge = nearly({
  sourceBapId: fc.oneof(c(BAP_ID), hostileText),
  profile: nearly({ alternateName: hostileText }),
  ...said,
});
const vouch = nearly({
  auditorBapId: fc.oneof(c(BAP_ID), hostileText),
  verdict: c('safe', 'unsafe'),
  revoked: fc.boolean(),
  ...said,
});

/** Adom gives a new token with the user now and then. */
const cookie = c(
  'tok.canary-cookie; Path=/',
  '"tok.canary-cookie"',
  '[x](command:y)',
  '; Max-Age=0',
  'tok.canary; expires=x',
);
const userAnswer = fc.oneof(
  { weight: 2, arbitrary: answer(user) },
  {
    weight: 1,
    arbitrary: fc.tuple(answer(user), cookie).map(([each, value]) => ({
      ...each,
      headers: { ...each.headers, 'set-cookie': `session_token=${value}` },
    })),
  },
);

/** The answers of Sigma Identity during a sign-in, by the end of the path. */
export const sigmaAnswers = fc.record({
  '/device/code': some(answer(code)),
  '/device/token': some(
    orHuge(
      fc.oneof(
        { weight: 4, arbitrary: answer(granted) },
        answer(pending, c(400)),
        answer(refused, c(400, 401, 200, 429, 503)),
      ),
    ),
  ),
  '/oauth2/userinfo': some(orHuge(answer(userinfo))),
  '/organization/list': some(answer(fc.array(organization, { maxLength: 3 }))),
  '/organization/set-active': some(answer(organization)),
  '/sign-out': some(answer(c({ success: true }))),
});

/** The answers of Adom during a sign-in, by the end of the path. */
export const adomAnswers = fc.record({
  '/auth/intents': some(answer(intent)),
  '/status': some(orHuge(fc.oneof(answer(state), answer(c({ state: 'pending' })), stream))),
  '/user': some(orHuge(userAnswer)),
  '/auth/logout': some(answer(c({}))),
});

/** The answers of Sigma Identity to what is asked about a session, by the end of the path. */
export const sigmaSessionAnswers = fc.record({
  '/oauth2/userinfo': some(fc.oneof(answer(userinfo), answer(rejection, c(400, 401)))),
  '/get-session': some(fc.oneof(answer(c(null)), answer(session), answer(rejection, c(401)))),
  '/oauth2/token': some(fc.oneof(answer(granted), answer(refused, c(400, 401)))),
  '/device/token': some(fc.oneof(answer(refused, c(400, 401)), answer(granted))),
  '/oauth-clients': some(answer(nearly({ clients: c([], [{ clientId: 'editor' }], [null, 5]) }))),
  '/sign-out': some(answer(c({ success: true }))),
});

/** The answers of Adom to what is asked about a session, by the end of the path. */
export const adomSessionAnswers = fc.record({
  '/user': some(fc.oneof(userAnswer, answer(rejection, c(401)))),
  '/auth/logout': some(answer(c({}))),
});

/** The answers of ClawNet, by the end of the path. */
export const clawNetAnswers = fc.record({
  '/trust': some(
    answer(nearly({ edges: fc.array(edge, { maxLength: 4 }), hasMore: fc.boolean(), cursor: hostileText })),
  ),
  '/vouches': some(
    answer(
      nearly({ attestations: fc.array(vouch, { maxLength: 4 }), hasMore: fc.boolean(), cursor: hostileText }),
    ),
  ),
});
