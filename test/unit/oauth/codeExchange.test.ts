import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { NetworkProblem } from '../../../src/http/networkProblem.ts';
import type { HttpOutcome } from '../../../src/http/outcome.ts';
import { CodeExchange } from '../../../src/oauth/codeExchange.ts';
import { html, json, networkError, redirect, type Reply, text } from '../support/conversation.ts';
import { CLIENT, play, type Scenario } from '../support/deviceGrantScenario.ts';
import { RecordingLog } from '../support/recordingLog.ts';

const refusal = (error: string, status = 400): Reply => json(status, { error });
const INVALID_GRANT = refusal('invalid_grant');
const PENDING = refusal('authorization_pending');
const GRANTED = json(200, {
  access_token: 'token',
  token_type: 'Bearer',
  expires_in: 3600,
  expires_at: 1_796_063_669,
  refresh_token: 'refresh',
  scope: 'openid offline_access',
  id_token: 'e30.e30.c2ln',
});
const SIGNED_IN: Scenario['end'] = {
  granted: {
    accessToken: 'token',
    refreshToken: 'refresh',
    idToken: 'e30.e30.c2ln',
    scopes: ['openid', 'offline_access'],
    expiresInSeconds: 3600,
  },
};
const SPENT: Scenario['end'] = { kind: 'codeSpent' };

/** What came before `invalid_grant`: the answers, when the polls come, and the interval by then, all in seconds. */
type History = readonly [name: string, replies: readonly Reply[], polls: readonly number[], interval: number];

const CANNOT_BE_USED: readonly History[] = [
  ['nothing', [], [5.5], 5],
  ['authorization_pending', [PENDING, PENDING], [5.5, 11, 16.5], 5],
  ['slow_down', [refusal('slow_down')], [5.5, 16], 10],
  ['a 401 about a token', [refusal('invalid_token', 401)], [5.5, 11], 5],
  ['429', [json(429, { message: 'slow' })], [5.5, 16], 5],
  ['server_error', [refusal('server_error', 500)], [5.5, 16], 5],
  ['no DNS', [networkError('ENOTFOUND')], [5.5, 16], 5],
  ['a refused connection', [networkError('ECONNREFUSED')], [5.5, 16], 5],
];

/** Each of these may have taken the place of tokens, which are lost then. */
const LOST_ANSWERS: readonly History[] = [
  ['a broken connection', [networkError('ECONNRESET')], [5.5, 16], 5],
  ['no route, perhaps after the request', [networkError('EHOSTUNREACH')], [5.5, 16], 5],
  ['a time-out', [networkError('UND_ERR_HEADERS_TIMEOUT')], [5.5, 16], 5],
  ['half an answer', [text(200, '{"access_token":"to')], [5.5, 16], 5],
  ['502 of a gateway', [html(502)], [5.5, 16], 5],
  ['a page', [html(200)], [5.5, 16], 5],
  ['a redirect', [redirect('https://portal.example/')], [5.5, 16], 5],
  ['a broken connection, then pending', [networkError('ECONNRESET'), PENDING], [5.5, 16, 21.5], 5],
];

/** What follows at the OAuth endpoint: the answers, each with the pause after it in intervals, and the end. */
type Trial = readonly [name: string, answers: readonly (readonly [Reply, number])[], end: Scenario['end']];

const last = (reply: Reply): readonly [Reply, number] => [reply, 0];
const GOES_ON: readonly Trial[] = [
  ['tokens', [last(GRANTED)], SIGNED_IN],
  ['authorization_pending', [[PENDING, 1], [PENDING, 1], last(GRANTED)], SIGNED_IN],
  ['expired_token', [last(refusal('expired_token'))], 'expired'],
  ['access_denied', [last(refusal('access_denied'))], { kind: 'denied' }],
  ['pending, then access_denied', [[PENDING, 1], last(refusal('access_denied'))], { kind: 'denied' }],
  ['pending, then invalid_grant', [[PENDING, 1], last(INVALID_GRANT)], SPENT],
  ['pending, then 404', [[PENDING, 1], [html(404), 2], last(GRANTED)], SIGNED_IN],
  ['a broken connection', [[networkError('ECONNRESET'), 2], last(GRANTED)], SIGNED_IN],
  ['a page', [[html(200), 2], last(GRANTED)], SIGNED_IN],
  ['503', [[html(503), 2], [PENDING, 1], last(GRANTED)], SIGNED_IN],
  ['429', [[json(429, { message: 'slow' }), 2], last(GRANTED)], SIGNED_IN],
];

/** No answer of an endpoint that takes device codes, or not this one. */
const STANDS: readonly Reply[] = [
  INVALID_GRANT,
  refusal('unsupported_grant_type'),
  refusal('invalid_client', 401),
  refusal('unauthorized_client'),
  refusal('invalid_request'),
  refusal('invalid_scope'),
  refusal('invalid_token', 401),
  json(401, { code: 'UNAUTHORIZED', message: 'Unauthorized' }),
  json(415, { code: 'UNSUPPORTED_MEDIA_TYPE', message: 'No forms' }),
  html(404),
  text(404, ''),
  json(405, { message: 'Method not allowed' }),
];

const scenario = ([before, replies, polls, interval]: History, [name, answers, end]: Trial): Scenario => {
  let at = polls.at(-1) ?? 0;
  const times = [1, ...answers.map(([, pause]) => pause)].slice(0, -1).map((pause) => {
    at += pause * interval + 0.5; // the margin of every pause
    return at;
  });
  return {
    name: `after ${before}: ${name}`,
    replies: [...replies, INVALID_GRANT, ...answers.map(([reply]) => reply)],
    polls: [...polls, ...times],
    oauthPolls: times.length,
    end,
  };
};

describe('code exchange: a code that is invalid, but cannot have been used, is tried at the OAuth endpoint', () => {
  for (const history of CANNOT_BE_USED) {
    for (const trial of GOES_ON) {
      const row = scenario(history, trial);
      it(row.name, () => play(row));
    }
    it(`after ${history[0]}: slow_down, whose interval holds`, () => {
      const [, , polls, interval] = history;
      const start = (polls.at(-1) ?? 0) + interval + 0.5;
      const row = scenario(history, [
        '',
        [[refusal('slow_down'), 0], [PENDING, 0], last(GRANTED)],
        SIGNED_IN,
      ]);
      const slower = interval + 5.5;
      return play({ ...row, polls: [...polls, start, start + slower, start + 2 * slower] });
    });
  }
});

describe('code exchange: the first answer stands if the OAuth endpoint does not know the code', () => {
  for (const history of CANNOT_BE_USED)
    for (const [index, reply] of STANDS.entries()) {
      const row = scenario(history, [`answer ${index}`, [last(reply)], SPENT]);
      it(row.name, () => play(row));
    }
});

describe('code exchange: in a browser', () => {
  it('lets the first answer stand if the OAuth endpoint is hidden by CORS', () => {
    const exchange = new CodeExchange(CLIENT, 'code', new RecordingLog());
    const invalid: HttpOutcome = {
      kind: 'answer',
      status: 400,
      headers: new Headers(),
      json: { error: 'invalid_grant' },
    };
    assert.equal(exchange.read(invalid).kind, 'pending');
    assert.equal(exchange.request().url, CLIENT.oauthTokenUrl);
    const read = (problem: NetworkProblem): string => {
      const answer = exchange.read({ kind: 'noAnswer', problem });
      return answer.kind === 'failed' ? answer.failure.kind : answer.kind;
    };
    const problems = ['unexplained', 'unexplained', 'timeout', 'unexplained', 'unexplained'] as const;
    for (const problem of problems) assert.equal(read(problem), 'disturbance', 'it may be the network');
    assert.equal(read('unexplained'), 'codeSpent');
  });
});

describe('code exchange: a code is tried at the OAuth endpoint although an answer was lost', () => {
  for (const [name, replies, polls] of LOST_ANSWERS)
    it(`after ${name}`, () =>
      play({
        name,
        replies: [...replies, INVALID_GRANT, GRANTED],
        polls: [...polls, (polls.at(-1) ?? 0) + 5.5],
        oauthPolls: 1,
        end: SIGNED_IN,
      }));
});

describe('code exchange: time', () => {
  it('sends the last poll before the deadline to the OAuth endpoint', () =>
    play({
      name: 'short',
      code: { expires_in: 12 },
      replies: [INVALID_GRANT, GRANTED],
      polls: [5.5, 11],
      oauthPolls: 1,
      end: SIGNED_IN,
    }));

  it('expires if there is no time for another poll', () =>
    play({
      name: 'too short',
      code: { expires_in: 8 },
      replies: [INVALID_GRANT],
      polls: [5.5],
      end: 'expired',
      endsAt: 8,
    }));
});
