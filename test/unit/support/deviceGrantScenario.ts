import assert from 'node:assert/strict';

import {
  type DeviceGrantClient,
  requestDeviceAuthorization,
  waitForDeviceGrant,
} from '../../../src/oauth/deviceGrant.ts';
import type { Failure } from '../../../src/oauth/failure.ts';
import type { TokenGrant } from '../../../src/oauth/tokenResponse.ts';
import { Conversation, json, type Reply } from './conversation.ts';
import { FakeClock } from './fakeClock.ts';

export const CLIENT: DeviceGrantClient = {
  codeUrl: 'https://auth.example/api/auth/device/code',
  tokenUrl: 'https://auth.example/api/auth/device/token',
  oauthTokenUrl: 'https://auth.example/api/auth/oauth2/token',
  clientId: 'editor',
};

/** The documented answer to the request for a code. */
export const CODE = {
  device_code: 'the-device-code',
  user_code: 'ABCD-1234',
  verification_uri: 'https://auth.example/device',
  verification_uri_complete: 'https://auth.example/device?code=ABCD-1234',
  expires_in: 900,
  interval: 5,
};

/** What the server and the user do after the code arrived. All times are seconds of running time since then. */
export interface Scenario {
  readonly name: string;
  /** Members of the code's answer that differ; undefined leaves one out. */
  readonly code?: Readonly<Record<string, unknown>>;
  /** The server's answers to the polls, in order. */
  readonly replies: readonly Reply[];
  /** A cancel, or a jump of the wall clock in seconds, and when it happens. */
  readonly meanwhile?: readonly (readonly [at: number, event: 'cancel' | { jump: number }])[];
  /** When the polls must come. */
  readonly polls: readonly number[];
  /** How many of them go to the OAuth endpoint: the last ones. None by default. */
  readonly oauthPolls?: number;
  readonly end: { granted: TokenGrant } | Failure | 'expired' | 'canceled';
  /** When it must end: with the last poll by default. */
  readonly endsAt?: number;
  /** The calls of onContact: whether the service could be reached. */
  readonly contact?: readonly boolean[];
}

/** Plays one scenario, from the request for a code to its end, and checks the outcome. */
export async function play(scenario: Scenario): Promise<void> {
  const clock = new FakeClock();
  const conversation = new Conversation(clock, [
    json(200, { ...CODE, ...scenario.code }),
    ...scenario.replies,
  ]);
  const cancel = new AbortController();
  const contact: boolean[] = [];
  for (const [at, event] of scenario.meanwhile ?? []) {
    clock.at(at * 1000, () => {
      if (event === 'cancel') cancel.abort(new Error('canceled'));
      else clock.jump(event.jump * 1000);
    });
  }

  const end = await clock.run(signIn(conversation, cancel.signal, contact));

  const endedAt = clock.ranMs / 1000;
  const endedAtMs = clock.now();
  assert.deepEqual(conversation.times, [0, ...scenario.polls], 'when the requests came');
  assert.equal(endedAt, scenario.endsAt ?? scenario.polls.at(-1), 'when it ended');
  assert.equal(clock.pending, 0, 'timers left over');
  const firstAtOAuth = scenario.polls.length - (scenario.oauthPolls ?? 0);
  for (const [index, poll] of conversation.requests.slice(1).entries()) {
    const isOAuth = index >= firstAtOAuth;
    assert.equal(`${poll.method} ${poll.url}`, `POST ${isOAuth ? CLIENT.oauthTokenUrl : CLIENT.tokenUrl}`);
    // `fetch` sets the type of a form itself.
    assert.equal(poll.headers['content-type'], isOAuth ? undefined : 'application/json');
    assert.deepEqual(poll.body, {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: 'the-device-code',
      client_id: 'editor',
    });
  }
  if (typeof end === 'object' && 'granted' in end) {
    assert.equal(end.receivedAtMs, endedAtMs, 'when the grant was received');
    assert.deepEqual({ granted: end.granted }, scenario.end);
  } else assert.deepEqual(end, scenario.end);
  for (const line of conversation.log.lines.slice(1)) assert.match(line, /^\w+ (device|oauth) token: /);
  if (scenario.contact) assert.deepEqual(contact, scenario.contact);

  await clock.advance(2 * 3_600_000); // nothing may follow the end
  conversation.assertOver();
  assert.equal(conversation.requests.length, 1 + scenario.polls.length, 'a poll after the end');
}

async function signIn(
  { http }: Conversation,
  signal: AbortSignal,
  contact: boolean[],
): Promise<{ granted: TokenGrant; receivedAtMs: number } | Failure | 'expired' | 'canceled'> {
  const begun = await requestDeviceAuthorization(http, CLIENT, ['openid'], signal);
  assert.ok(begun.kind === 'pending', 'the code was refused');
  try {
    const result = await waitForDeviceGrant(http, CLIENT, begun.authorization, signal, ({ kind }) => {
      contact.push(kind === 'service');
    });
    if (result.kind === 'granted') return { granted: result.grant, receivedAtMs: result.receivedAtMs };
    return result.kind === 'failed' ? result.failure : result.kind;
  } catch (error) {
    assert.equal(error, signal.reason, 'nothing but a cancel may reject');
    return 'canceled';
  }
}
