import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import * as fc from 'fast-check';

import type { Http } from '../../../src/http/send.ts';
import { adom } from '../../../src/services/adom/adom.ts';
import { askClawNet, type StatementsAnswer } from '../../../src/identityPage/clawNetApi.ts';
import type { Grant, IdentityService } from '../../../src/services/service.ts';
import { sigma } from '../../../src/services/sigma/sigma.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { holds } from '../support/fuzz.ts';
import { type OddAnswer, OddServer } from '../support/oddServer.ts';
import {
  ADOM,
  adomSessionAnswers,
  CANARY,
  clawNetAnswers,
  SIGMA,
  sigmaSessionAnswers,
} from '../support/oddServices.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { serviceTexts } from '../support/serviceTexts.ts';
import { assertSafe } from '../support/texts.ts';

interface Story {
  readonly answers: Readonly<Record<string, readonly OddAnswer[]>>;
  readonly cancelAtMs: number | undefined;
  readonly sentAs: 'bearer' | 'cookie';
}

const CLAWNET = 'https://clawnet.example/api/v1';
/**
 * The longest times, in milliseconds. `extend` tries for two minutes, and then asks once more; `renew` may, too. `revoke`
 * sends up to four requests, the first for 2.5 seconds; its callers wait for less.
 */
const LIMITS = { verify: 15_000, extend: 150_000, renew: 30_000, revoke: 47_500, check: 10_000, ask: 15_000 };

const rest = {
  cancelAtMs: fc.oneof(fc.constant(undefined), fc.nat(100), fc.nat(30_000)),
  sentAs: fc.constantFrom('bearer' as const, 'cookie' as const),
};

/** Lets one operation run, and checks what holds for each. Gives its result, or undefined when it was canceled. */
async function run<T>(
  { answers, cancelAtMs }: Story,
  limitMs: number,
  operation: (http: Http, signal: AbortSignal) => Promise<T | undefined> | undefined,
): Promise<{ result: T | undefined; server: OddServer }> {
  const clock = new FakeClock();
  const server = new OddServer(clock, answers);
  const log = new RecordingLog();
  const cancel = new AbortController();
  const reason = new Error('canceled');
  if (cancelAtMs !== undefined)
    clock.at(cancelAtMs, () => {
      cancel.abort(reason);
    });
  let endedAtMs = Infinity;
  const work = Promise.resolve(operation({ fetch: server.fetch, clock, log }, cancel.signal));
  const settled = await clock.run(
    work
      .then(
        (result) => ({ result }),
        (error: unknown) => ({ error }),
      )
      .finally(() => (endedAtMs = clock.ranMs)),
  );
  assert.ok(endedAtMs <= limitMs, `${endedAtMs - limitMs} ms too long`);
  assert.ok(endedAtMs <= (cancelAtMs ?? Infinity), 'a cancel takes effect at once');
  if ('error' in settled)
    assert.equal(settled.error, reason, 'it rejects only with the reason of the signal');
  const { length: sent } = server.requests;
  await clock.advance(60_000);
  assert.equal(server.requests.length, sent, 'nothing is sent after the end');
  assert.equal(clock.pending, 0, 'timers are left');
  assert.equal(server.open, 0, 'connections are left open');
  assert.ok(!server.followsRedirects, 'redirects are followed');
  assert.doesNotMatch(log.lines.join('\n'), CANARY, 'a secret in the log');
  return { result: 'result' in settled ? settled.result : undefined, server };
}

/** True when an answer has the status, the error code or the empty session that says: this token is dead. */
function couldReject(server: OddServer): boolean {
  return server.requests.some(({ url, answer: { does, status, pieces } }) => {
    const text = pieces.join('').trim();
    const isDefinite = [400, 401].includes(status) || text.includes('"invalid_grant"');
    return does === 'answers' && (isDefinite || (url.endsWith('/get-session') && text === 'null'));
  });
}

async function askAll(story: Story, service: (http: Http) => IdentityService, origin: string): Promise<void> {
  const grant: Grant = {
    server: origin,
    accessToken: 'tok.canary-1',
    refreshToken: 'canary-refresh',
    sentAs: story.sentAs,
    expiresAtMs: 2e12,
  };
  const verdicts = [
    await run(story, LIMITS.verify, (http, signal) => service(http).verify(grant, signal)),
    await run(story, LIMITS.extend, (http, signal) => service(http).extend?.(grant, signal)),
    await run(story, LIMITS.renew, (http, signal) => service(http).renew?.(grant, signal)),
  ];
  for (const { result, server } of verdicts) {
    if (result?.kind === 'rejected') assert.ok(couldReject(server), 'no answer says that the token is dead');
    if (result?.kind !== 'valid' && result?.kind !== 'granted') continue;
    const { grant: given } = result;
    assert.equal(given.server, origin);
    const texts = server.requests.map(
      ({ answer }) => answer.pieces.join('') + (answer.headers['set-cookie'] ?? ''),
    );
    assert.ok([grant.accessToken, ...texts].some((text) => text.includes(given.accessToken)));
    assert.match(given.accessToken, /^[\w.~+/-]+=*$/, 'a token that a header can carry');
    assert.ok(Number.isFinite(given.expiresAtMs ?? 0));
  }
  await run(story, LIMITS.revoke, (http, signal) => service(http).revoke(grant, signal));
  const { result: check } = await run(story, LIMITS.check, (http, signal) => service(http).check(signal));
  for (const number of [check?.tookMs, check?.aheadMs]) assert.ok(Number.isFinite(number ?? 0));
}

function assertStatements(answer: StatementsAnswer | undefined): void {
  if (answer?.kind !== 'statements') return;
  assert.notEqual(answer.cursor, '');
  for (const { by, name = '', reason = '', saidAtMs = 0 } of answer.statements) {
    assert.match(by, /^[\w.-]{1,128}$/);
    assertSafe(name);
    assertSafe(reason, 500);
    assert.ok(!Number.isNaN(new Date(saidAtMs).getTime()));
  }
}

describe('a session whose server answers anything', () => {
  it('of Sigma Identity ends only when the service definitely says so, in time, without leaking a secret', (context) =>
    holds(context, fc.record({ answers: sigmaSessionAnswers, ...rest }), (story) =>
      askAll(
        story,
        (http) =>
          sigma(
            http,
            () => ({ serverUrl: SIGMA, defaultServerUrl: SIGMA, clientId: 'editor' }),
            serviceTexts,
          ),
        SIGMA,
      ),
    ));

  it('of Adom ends only when the service definitely says so, in time, without leaking a secret', (context) =>
    holds(context, fc.record({ answers: adomSessionAnswers, ...rest }), (story) => {
      const settings = {
        apiUrl: ADOM,
        defaultApiUrl: ADOM,
        sessionMaxAgeSeconds: 3_600,
        updates: 'auto' as const,
      };
      return askAll(story, (http) => adom(http, () => settings, serviceTexts), ADOM);
    }));
});

describe('ClawNet that answers anything', () => {
  it('yields safe texts and whole statements, or nothing', (context) =>
    holds(context, fc.record({ answers: clawNetAnswers, ...rest }), async (story) => {
      for (const list of ['trust', 'vouches'] as const) {
        const { result } = await run(story, LIMITS.ask, (http, signal) =>
          askClawNet(http, CLAWNET, list, 'Go8v', undefined, signal),
        );
        assertStatements(result);
      }
    }));
});
