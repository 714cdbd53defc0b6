import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';

import * as fc from 'fast-check';

import { isSafeAddress } from '../../../src/http/address.ts';
import type { Http } from '../../../src/http/send.ts';
import { adom } from '../../../src/services/adom/adom.ts';
import type { Person } from '../../../src/services/person.ts';
import type { IdentityService } from '../../../src/services/service.ts';
import { sigma } from '../../../src/services/sigma/sigma.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { holds } from '../support/fuzz.ts';
import { type OddAnswer, OddServer } from '../support/oddServer.ts';
import { ADOM, adomAnswers, CANARY, SIGMA, sigmaAnswers } from '../support/oddServices.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { serviceTexts } from '../support/serviceTexts.ts';
import { SignInWorld } from '../support/signInWorld.ts';
import { assertSafe } from '../support/texts.ts';
import { watched } from '../support/watchedService.ts';

interface Story {
  readonly answers: Readonly<Record<string, readonly OddAnswer[]>>;
  readonly updates: 'auto' | 'stream' | 'poll';
  readonly cancelAtMs: number | undefined;
  /** A laptop sleeps at the first time, for as long as the second one. */
  readonly sleeps: readonly [atMs: number, forMs: number] | undefined;
  /** After how many seconds the person asks for a new code. */
  readonly wishes: readonly number[];
  /** Which of their identities the person chooses, question by question. Beyond the end: none. */
  readonly choices: readonly number[];
  readonly writeMs: number;
}

const sometimes = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const rest = {
  updates: fc.constantFrom('auto' as const, 'stream' as const, 'poll' as const),
  cancelAtMs: sometimes(fc.oneof(fc.nat(100), fc.nat(30_000), fc.nat(1_000_000))),
  sleeps: sometimes(fc.tuple(fc.nat(60_000), fc.nat(1_500_000))),
  wishes: fc.array(fc.constantFrom(0, 30, 599), { maxLength: 2 }),
  choices: fc.array(fc.nat(3), { maxLength: 2 }),
  writeMs: fc.constantFrom(0, 0, 400),
};

/** What may be sent after a cancel: revocations, and the questions whether they have worked. */
const REVOCATION =
  /\/(?:sign-out|oauth2\/revoke|auth\/logout|get-session\?disableRefresh=true|oauth2\/userinfo|user)$/;
/** What may be sent for a sign-in that is kept: questions about a provisional account. */
const COMPLETION = /\/(?:oauth2\/userinfo|user|organization\/(?:list|set-active))$/;
/** Long enough for revocations, and for what a sign-in could have left behind. */
const AFTERWARDS_MS = 60_000;

const sigmaOf = (http: Http): IdentityService =>
  sigma(http, () => ({ serverUrl: SIGMA, defaultServerUrl: SIGMA, clientId: 'editor' }), serviceTexts);
const adomOf = (http: Http, { updates }: Story): IdentityService =>
  adom(
    http,
    () => ({ apiUrl: ADOM, defaultApiUrl: ADOM, sessionMaxAgeSeconds: 3_600, updates }),
    serviceTexts,
  );

async function tryOut(story: Story, serviceOf: (http: Http, story: Story) => IdentityService): Promise<void> {
  const clock = new FakeClock();
  const server = new OddServer(clock, story.answers);
  const log = new RecordingLog();
  const watch = watched(serviceOf({ fetch: server.fetch, clock, log }, story), clock);
  const { service } = watch;
  const world = new SignInWorld(clock, service, story.wishes);
  world.storage.writeMs = story.writeMs;
  choose(world, story.choices);

  let settledAtMs: number | undefined;
  const signIn = world.signIn(service.defaultScopes).finally(() => (settledAtMs = clock.ranMs));
  let canceledAtMs: number | undefined;
  /** How many requests were sent before the sign-in was canceled or over. */
  let sentBefore: number | undefined;
  if (story.cancelAtMs !== undefined)
    clock.at(story.cancelAtMs, () => {
      if (settledAtMs !== undefined) return;
      canceledAtMs = clock.ranMs;
      sentBefore = server.requests.length;
      world.screen.cancel();
    });
  if (story.sleeps !== undefined) {
    const [atMs, forMs] = story.sleeps;
    clock.at(atMs, () => {
      clock.jump(forMs);
    });
  }
  const result = await clock.run(signIn);
  const tellAll = `${inspect(result, { depth: 9 })}\n${[...log.lines, ...world.log.lines].join('\n')}`;

  assert.ok(result.kind !== 'unexpected', tellAll);
  if (canceledAtMs !== undefined) {
    assert.equal(result.kind, 'canceled');
    assert.equal(settledAtMs, canceledAtMs, 'a cancel takes effect at once');
  }
  if (result.kind === 'signedIn') {
    const { person, grant } = result.record;
    assert.match(grant.accessToken, /^[\w.~+/-]+=*$/, 'a token that a header can carry');
    assert.ok(wasGiven(server, grant.accessToken), 'no server has given this token');
    assertPersonIsSafe(person);
  } else assert.doesNotMatch(tellAll, CANARY, 'a secret in the failure or in the log');

  sentBefore ??= server.requests.length;
  await clock.advance(AFTERWARDS_MS);
  const sentLater = result.kind === 'signedIn' ? COMPLETION : REVOCATION;
  for (const { url } of server.requests.slice(sentBefore)) assert.match(url, sentLater);
  for (const { url } of server.requests)
    assert.ok([SIGMA, ADOM].includes(new URL(url).origin), 'a request to another server');
  const kept = world.sessions.records.configured();
  assert.equal(kept.length, result.kind === 'signedIn' ? 1 : 0, 'sessions');
  for (const line of [...log.lines, ...world.log.lines])
    assert.doesNotMatch(line, CANARY, 'a secret in the log');
  assert.equal(watch.revoked.size, watch.granted - kept.length, 'a grant that is not kept is revoked');
  for (const signal of [world.screen.canceled, ...watch.signals])
    assert.deepEqual(getEventListeners(signal, 'abort'), [], 'listeners are left');
  assert.equal(world.screen.seen.at(-1), 'closed', 'the screen is closed');
  world.closed.abort();
  await clock.run(world.all.finish()); // an answer about a provisional account
  await clock.settle();
  assert.equal(clock.pending, 0, 'timers are left');
  assert.equal(server.open, 0, 'connections are left open');
  assert.ok(!server.followsRedirects, 'redirects are followed');
}

/** The person answers what the screen asks. */
function choose({ screen }: SignInWorld, choices: readonly number[]): void {
  const left = [...choices];
  screen.choose = ({ identities }) => {
    screen.seen.push('choice');
    const at = left.shift();
    return Promise.resolve(at === undefined ? undefined : identities[at % identities.length]?.id);
  };
  const show = screen.pending.bind(screen);
  screen.pending = (signIn, isResumed) => {
    show(signIn, isResumed);
    assert.ok(isSafeAddress(signIn.browserUri), 'the address to open');
    assert.ok(signIn.verificationUri === undefined || isSafeAddress(signIn.verificationUri));
    assert.ok((signIn.userCode ?? 'x').length <= 64 && signIn.userCode !== '');
  };
}

/** A token must have come in an answer with success, as the member that the protocol names, or as Adom's cookie. */
function wasGiven(server: OddServer, token: string): boolean {
  return server.requests.some(({ url, answer: { status, pieces, does, headers } }) => {
    if (does !== 'answers' || status < 200 || status > 299) return false;
    if (url.endsWith('/user')) return headers['set-cookie']?.includes(token) === true;
    const member = url.endsWith('/device/token') ? 'access_token' : 'session_token';
    const isRight = url.endsWith('/device/token') || url.endsWith('/status');
    return isRight && pieces.join('').includes(`"${member}":"${token}"`);
  });
}

function assertPersonIsSafe({ accountId, accountLabel, name, email, bap }: Person): void {
  assert.notEqual(accountId, '');
  assert.notEqual(accountLabel, '');
  assert.notEqual(name, '', 'a person has a name');
  assertSafe(name);
  assertSafe(accountLabel, 4_000);
  assertSafe(email ?? '');
  const {
    alternateName,
    givenName,
    familyName,
    description,
    rootAddress,
    currentAddress,
    addresses = [],
  } = bap?.profile ?? {};
  for (const text of [alternateName, givenName, familyName, description, rootAddress, currentAddress])
    assertSafe(text ?? '', 500);
  for (const { address, txId = '' } of addresses) {
    assertSafe(address);
    assertSafe(txId);
  }
}

describe('a whole sign-in with whatever a server answers', () => {
  it('of Sigma Identity ends in time, tells no secret, leaves nothing behind, and makes up no session', (context) =>
    holds(context, fc.record({ answers: sigmaAnswers, ...rest }), (story) => tryOut(story, sigmaOf)));

  it('of Adom ends in time, tells no secret, leaves nothing behind, and makes up no session', (context) =>
    holds(context, fc.record({ answers: adomAnswers, ...rest }), (story) => tryOut(story, adomOf)));
});
