import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import * as fc from 'fast-check';

import type { Http } from '../../../src/http/send.ts';
import { adom } from '../../../src/services/adom/adom.ts';
import type { IdentityService } from '../../../src/services/service.ts';
import { sigma } from '../../../src/services/sigma/sigma.ts';
import { json, type Reply, text, type Wire } from '../support/conversation.ts';
import { CODE } from '../support/deviceGrantScenario.ts';
import { disturbances } from '../support/disturbances.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { holds } from '../support/fuzz.ts';
import { INTENT, living } from '../support/intentScenario.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { serviceTexts } from '../support/serviceTexts.ts';
import { SignInWorld } from '../support/signInWorld.ts';

/** A good conversation with disturbances in its middle. All times are seconds after its begin. */
interface Story {
  /** When something in between answers, for how long, and with what. */
  readonly disturbed: readonly { readonly from: number; readonly long: number; readonly answer: number }[];
  readonly approvedAt: number;
  /** How often the service does not know its new token yet. */
  readonly noes: 0 | 1 | 2;
  readonly interval: number;
  readonly updates: 'auto' | 'stream' | 'poll';
  /** What an event stream carries until the approval. */
  readonly stream: 'pings' | 'nothing' | 'none';
}

const LIFE = 300;
/** The service must be back this long before the end, for the last poll and its answer. */
const IN_TIME = 20;

const story: fc.Arbitrary<Story> = fc.record({
  disturbed: fc.array(
    fc.record({
      from: fc.nat(LIFE),
      long: fc.oneof(fc.nat(20), fc.nat(LIFE)),
      answer: fc.nat(disturbances.length - 1),
    }),
    { maxLength: 5 },
  ),
  approvedAt: fc.nat(LIFE - IN_TIME),
  noes: fc.constantFrom(0, 1, 2),
  interval: fc.constantFrom(1, 5, 10),
  updates: fc.constantFrom('auto', 'stream', 'poll'),
  stream: fc.constantFrom('pings', 'nothing', 'none'),
});

/** The service comes back in time. What comes after the token may last: then the sign-in is provisional. */
function isInTime({ disturbed, approvedAt }: Story): boolean {
  const end = (at: number): number =>
    disturbed.reduce((until, { from, long }) => (from <= until ? Math.max(until, from + long) : until), at);
  let back = approvedAt;
  while (end(back) > back) back = end(back);
  return (
    back <= LIFE - IN_TIME &&
    disturbed.every(({ from, long }) => from + long <= LIFE - IN_TIME || from > LIFE)
  );
}

class Server {
  readonly clock = new FakeClock();
  readonly http: Http;
  revocations = 0;
  readonly #story: Story;
  #noes: number;
  /** Sigma hands a token out once. */
  #isHandedOut = false;

  constructor(story: Story) {
    this.#story = story;
    this.#noes = story.noes;
    this.http = {
      fetch: async (input, init) => {
        const signal = init?.signal ?? AbortSignal.abort();
        const wire: Wire = { clock: this.clock, signal, keepOpen: () => () => undefined };
        const isStream = new Headers(init?.headers).get('accept') === 'text/event-stream';
        return this.#replyTo(input as string, isStream).answer(wire);
      },
      clock: this.clock,
      log: new RecordingLog(),
    };
  }

  #replyTo(url: string, isStream: boolean): Reply {
    const at = this.clock.ranMs / 1000;
    const { disturbed, approvedAt, interval, stream } = this.#story;
    const isApproved = at >= approvedAt;
    if (/sign-out|revoke|logout/.test(url)) this.revocations += 1;
    if (url.endsWith('/device/code')) return json(200, { ...CODE, interval, expires_in: LIFE });
    if (url.endsWith('/intents')) return json(201, { ...INTENT, ...living(LIFE), updates_url: undefined });
    const odd = disturbed.find(({ from, long }) => at >= from && at < from + long);
    if (odd !== undefined) return disturbances[odd.answer] ?? text(500, '');
    if (url.endsWith('/device/token')) return this.#token(isApproved);
    if (url.endsWith('/status') && isStream && stream !== 'none') return this.#stream();
    if (url.endsWith('/status'))
      return json(
        200,
        isApproved ? { state: 'authenticated', session_token: 'token' } : { state: 'pending' },
      );
    if (/userinfo$|user$/.test(url)) {
      if (this.#noes-- > 0) return json(401, { error: 'invalid_token' });
      return json(200, { sub: 'user-1', id: 'user-1' });
    }
    return json(404, {});
  }

  #token(isApproved: boolean): Reply {
    if (!isApproved) return json(400, { error: 'authorization_pending' });
    if (this.#isHandedOut) return json(400, { error: 'invalid_grant' });
    this.#isHandedOut = true;
    return json(200, { access_token: 'token', token_type: 'Bearer' });
  }

  /** A stream tells of the approval, unless something swallows it. */
  #stream(): Reply {
    return {
      answer: ({ clock, signal }) => {
        const { approvedAt, stream } = this.#story;
        const isMute = stream === 'nothing';
        const body = new ReadableStream({
          start: (controller) => {
            signal.addEventListener('abort', () => {
              controller.error(signal.reason);
            });
          },
          pull: async (controller) => {
            if (isMute) return new Promise<void>(() => undefined);
            const leftMs = approvedAt * 1000 - clock.ranMs;
            await clock.sleep(Math.max(0, Math.min(15_000, leftMs)), signal).catch(() => undefined);
            if (signal.aborted) return;
            const event = 'event: authenticated\ndata: {"session_token":"token"}\n\n';
            controller.enqueue(new TextEncoder().encode(leftMs <= 15_000 ? event : ': ping\n\n'));
          },
        });
        return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
      },
    };
  }
}

async function tryOut(story: Story, create: (http: Http) => IdentityService): Promise<void> {
  fc.pre(isInTime(story));
  const server = new Server(story);
  const world = new SignInWorld(server.clock, create(server.http));
  const result = await server.clock.run(world.signIn([]));
  assert.equal(result.kind, 'signedIn', JSON.stringify(result));
  assert.equal(server.revocations, 0, 'the grant is kept');
  world.closed.abort();
  await server.clock.settle();
}

const SIGMA = 'https://auth.example';
const ADOM = 'https://adom.example';

describe('a good conversation with disturbances in its middle', () => {
  it('signs in with Sigma Identity whoever has approved, if the service comes back in time', (context) =>
    holds(context, story, (each) =>
      tryOut(each, (http) =>
        sigma(http, () => ({ serverUrl: SIGMA, defaultServerUrl: SIGMA, clientId: 'editor' }), serviceTexts),
      ),
    ));

  it('signs in with Adom whoever has approved, if the service comes back in time', (context) =>
    holds(context, story, (each) => {
      const { updates } = each;
      const settings = { apiUrl: ADOM, defaultApiUrl: ADOM, sessionMaxAgeSeconds: 3_600, updates };
      return tryOut(each, (http) => adom(http, () => settings, serviceTexts));
    }));
});
