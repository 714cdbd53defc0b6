import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { HttpOutcome } from '../../../src/http/outcome.ts';
import {
  type Contact,
  contactOf,
  type Dialect,
  type Disturbance,
  disturbanceOf,
  judge,
} from '../../../src/oauth/judge.ts';

interface Answer {
  status?: number;
  json?: unknown;
  /** `WWW-Authenticate`. */
  asks?: string;
  page?: boolean;
}

const answer = ({ status = 200, json, asks, page = false }: Answer): HttpOutcome => ({
  kind: 'answer',
  status,
  headers: new Headers({
    ...(asks !== undefined && { 'www-authenticate': asks }),
    ...(page && { 'content-type': 'text/html' }),
  }),
  json,
});

const kindOf = (given: Answer, dialect: Dialect): string => {
  const judged = judge(answer(given), dialect);
  if (judged.kind === 'failed') {
    const { failure } = judged;
    if (failure.kind === 'refused') return `refused: ${failure.message}`;
    return failure.kind === 'clientRefused' ? `clientRefused: ${failure.error}` : failure.kind;
  }
  return judged.kind === 'disturbance' ? `${judged.problem} from ${judged.from}` : judged.kind;
};

const SOMETHING = 'notTheService from somethingElse';
const BEARER = 'Bearer error="invalid_token"';

type Row = [given: Answer, judged: string];

/** RFC 6750 §3 and a service in trouble: the same in both dialects. */
const BOTH: Row[] = [
  [{ json: {} }, 'data'],
  [{ json: [] }, 'data'],
  [{ json: null }, 'data'],
  [{ status: 201, json: {} }, 'data'],
  [{ status: 302, json: {} }, SOMETHING],
  [{}, SOMETHING],
  [{ page: true }, 'loginPage from somethingElse'],

  [{ status: 401, asks: BEARER }, 'tokenRejected'],
  [{ status: 401, asks: BEARER, page: true }, 'tokenRejected'],
  [{ status: 401, asks: `Negotiate, ${BEARER}` }, 'tokenRejected'],
  [{ status: 401, asks: 'Bearer realm="service", error="invalid_token"' }, 'tokenRejected'],
  [{ status: 403, asks: BEARER }, 'blocked from somethingElse'],
  [{ status: 401, asks: 'DPoP error="invalid_token"' }, SOMETHING],
  [{ status: 401, asks: 'Bearer error="invalid_request"' }, SOMETHING],
  [{ status: 401, asks: 'Bearer' }, SOMETHING],
  [{ status: 429 }, 'busy from service'],
  [{ status: 500, json: {} }, 'serverFault from somethingElse'],
  // Gateways, whatever JSON comes with them
  ...['Negotiate', 'Negotiate, NTLM', 'Basic realm="proxy"', 'Bearer realm="gateway"'].map((asks): Row => [
    { status: 401, asks, json: { error: 'invalid_token' } },
    SOMETHING,
  ]),
];

/** RFC 6749 §5.2, RFC 8628 §3.5, better-auth. */
const OAUTH: Row[] = [
  [{ status: 401, asks: 'Basic realm="proxy", Bearer', json: { error: 'invalid_token' } }, 'tokenRejected'],
  [{ status: 401, asks: 'Bearer error="other"', json: { error: 'invalid_token' } }, 'tokenRejected'],
  [{ status: 400, asks: 'Basic realm="a"', json: { error: 'access_denied' } }, 'denied'],

  ...[200, 400, 401, 403, 500].map((status): Row => [
    { status, json: { error: 'authorization_pending' } },
    'pending',
  ]),
  [{ status: 400, json: { error: 'slow_down' } }, 'slowDown'],
  [{ status: 400, json: { error: 'expired_token' } }, 'expired'],
  [{ status: 400, json: { error: 'access_denied' } }, 'denied'],
  [{ status: 200, json: { error: 'access_denied' } }, 'denied'],
  [{ status: 400, json: { error: 'invalid_grant' } }, 'codeSpent'],
  ...['invalid_client', 'unauthorized_client', 'unsupported_grant_type'].map((error): Row => [
    { status: 400, json: { error } },
    `clientRefused: ${error}`,
  ]),
  // A service in trouble, which says nothing about the sign-in
  [{ status: 408, json: { error: 'access_denied' } }, 'serverFault from somethingElse'],
  [{ status: 429, json: { error: 'access_denied' } }, 'busy from service'],
  [{ status: 500, json: { error: 'access_denied' } }, 'serverFault from somethingElse'],
  [{ status: 400, json: { error: 'server_error' } }, 'serverFault from service'],
  [{ status: 200, json: { error: 'temporarily_unavailable' } }, 'serverFault from service'],
  [{ status: 401, json: { error: 'invalid_token' } }, 'tokenRejected'],
  [{ status: 401, json: { error: 'unauthorized' } }, 'tokenRejected'],
  [{ status: 400, json: { error: 'invalid_token' } }, 'refused: invalid_token'],
  [{ status: 403, json: { error: 'unauthorized' } }, 'blocked from somethingElse'],

  [{ status: 400, json: { error: 'new_code' } }, 'refused: new_code'],
  [{ status: 400, json: { error: 'new_code2', error_description: 'No.' } }, 'refused: No.'],
  [{ status: 402, json: { error: 'new_code' } }, SOMETHING],
  ...['Bad Request', 'Blocked', 'blocked by policy', 'x-denied', '1st'].map((error): Row => [
    { status: 400, json: { error } },
    SOMETHING,
  ]),
  // Versions of better-auth
  [
    { status: 400, json: { error: 'invalid_request', error_description: 'Invalid access token' } },
    'tokenRejected',
  ],
  [{ status: 400, json: { error: 'invalid_request', error_description: 'No.' } }, 'refused: No.'],
  [
    { status: 400, json: { error: 'other', error_description: 'Invalid access token' } },
    'refused: Invalid access token',
  ],
  [{ status: 400, json: { code: 'VALIDATION_ERROR', message: 'No.' } }, 'refused: No.'],
  [{ status: 403, json: { code: 'FORBIDDEN2', message: 'No.' } }, 'refused: No.'],
  [{ status: 400, json: { code: 'VALIDATION_ERROR' } }, SOMETHING],
  [{ status: 401, json: { code: 'UNAUTHORIZED' } }, 'tokenRejected'],
  [{ status: 429, json: { code: 'TOO_MANY', message: 'No.' } }, 'busy from service'],
  [{ status: 500, json: { code: 'FAILED', message: 'No.' } }, 'serverFault from somethingElse'],
  ...['validation', 'No Luck', 'aA', 'A-1', ''].map((code): Row => [
    { status: 400, json: { code, message: 'No.' } },
    SOMETHING,
  ]),

  ...[401, 410].map((status): Row => [{ status, json: {} }, SOMETHING]),
];

/** A proxy's page has no JSON, so the status of JSON is the service's word. */
const STATUS: Row[] = [
  [{ status: 401, json: {} }, 'tokenRejected'],
  [{ status: 404, json: { error: 'access_denied' } }, 'codeSpent'],
  [{ status: 410, json: {} }, 'expired'],
  ...[400, 402, 409].map((status): Row => [{ status, json: { error: 'access_denied' } }, SOMETHING]),
  [{ status: 200, json: { error: 'access_denied' } }, 'data'],
  [{ status: 200, json: { error: 'server_error' } }, 'data'],
  ...[undefined, 'text', null].flatMap((json): Row[] => [
    [{ status: 401, json }, SOMETHING],
    [{ status: 404, json }, 'notFound from somethingElse'],
    [{ status: 410, json }, SOMETHING],
  ]),
];

const TABLES: Record<Dialect, Row[]> = { oauth: [...BOTH, ...OAUTH], status: [...BOTH, ...STATUS] };

for (const dialect of ['oauth', 'status'] as const)
  describe(`an answer in the dialect ${dialect}`, () => {
    for (const [given, judged] of TABLES[dialect])
      it(`is ${judged}: ${JSON.stringify(given)}`, () => {
        assert.equal(kindOf(given, dialect), judged);
      });
  });

describe('an answer', () => {
  it('has its data as it came', () => {
    assert.deepEqual(judge(answer({ json: { a: [1] } }), 'oauth'), { kind: 'data', json: { a: [1] } });
  });

  it('that slows the polls down names its interval, if any', () => {
    const slowDown = (interval?: unknown) =>
      judge(answer({ status: 400, json: { error: 'slow_down', interval } }), 'oauth');
    assert.deepEqual(slowDown(7), { kind: 'slowDown', intervalMs: 7000 });
    assert.deepEqual(slowDown('8'), { kind: 'slowDown', intervalMs: 8000 });
    for (const none of [undefined, 0, -1, 'soon']) assert.deepEqual(slowDown(none), { kind: 'slowDown' });
  });

  it('that names an interval for something else than the polls’ speed is read without it', () => {
    const json = { error: 'authorization_pending', interval: 7 };
    assert.deepEqual(judge(answer({ status: 400, json }), 'oauth'), { kind: 'pending' });
  });
});

describe('a disturbance', () => {
  const ROWS: [outcome: HttpOutcome, disturbance: Omit<Disturbance, 'kind'>][] = [
    [answer({ status: 403 }), { problem: 'blocked', from: 'somethingElse', status: 403 }],
    [answer({ status: 429 }), { problem: 'busy', from: 'service', status: 429 }],
    [answer({ json: {} }), { problem: 'notTheService', from: 'somethingElse', status: 200 }],
    [{ kind: 'redirect' }, { problem: 'loginPage', from: 'somethingElse' }],
    [
      { kind: 'noAnswer', problem: 'timeout' },
      { problem: 'timeout', from: 'nobody' },
    ],
  ];
  for (const [outcome, disturbance] of ROWS)
    it(`by ${JSON.stringify(outcome)}`, () => {
      assert.deepEqual(disturbanceOf(outcome), { kind: 'disturbance', ...disturbance });
      if (outcome.kind !== 'answer')
        for (const dialect of ['oauth', 'status'] as const)
          assert.deepEqual(judge(outcome, dialect), disturbanceOf(outcome));
    });
});

describe('the last contact', () => {
  const URL = 'https://auth.example/device?secret';
  const after = (outcome: HttpOutcome): Contact => contactOf(disturbanceOf(outcome), URL);
  it('is the service if nothing disturbed', () => {
    assert.deepEqual(contactOf(undefined, URL), { kind: 'service' });
  });
  it('is the service if it says itself that it is busy', () => {
    assert.deepEqual(after(answer({ status: 429 })), { kind: 'service' });
  });
  it('is nobody without an answer', () => {
    assert.deepEqual(after({ kind: 'noAnswer', problem: 'timeout' }), { kind: 'noAnswer' });
  });
  it('is something else at the same origin, with the status if there is one', () => {
    const somethingElse = { kind: 'somethingElse', origin: 'https://auth.example' };
    assert.deepEqual(after(answer({ status: 403 })), { ...somethingElse, status: 403 });
    assert.deepEqual(after({ kind: 'redirect' }), somethingElse);
  });
});
