import assert from 'node:assert/strict';
import { after } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { systemClock, type Clock } from '../../../src/base/clock.ts';
import { abortable } from '../../../src/base/timeLimit.ts';
import type { Http } from '../../../src/http/send.ts';
import { adom, type AdomSettings } from '../../../src/services/adom/adom.ts';
import type { Grant, IdentityService, PendingSignIn, WaitResult } from '../../../src/services/service.ts';
import { sigma } from '../../../src/services/sigma/sigma.ts';
import type { AdomServer } from '../../servers/adom.ts';
import type { SigmaServer } from '../../servers/sigma.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { serviceTexts } from '../support/serviceTexts.ts';

const startMs = Date.now();

/** The pauses between two requests are shorter than the time limit of each. */
export const LONGEST_PAUSE_MS = 10_000;
/** A clock that runs ten times as fast while the client pauses. A busy machine keeps the time limits of requests. */
export const hurried: Clock = {
  now: () => startMs + (Date.now() - startMs) * 10,
  sleep: (ms, signal) => systemClock.sleep(ms <= LONGEST_PAUSE_MS ? ms / 10 : ms, signal),
};
/** A clock by which no time limit passes, for work that does not pause. */
export const unlimited: Clock = {
  ...systemClock,
  sleep: (_ms, signal) => abortable(new Promise<never>(() => undefined), signal),
};

function realHttp(clock: Clock = systemClock): Http {
  return { fetch: globalThis.fetch, clock, log: new RecordingLog(), userAgent: 'unit-test/1' };
}

/** The product's Adom service with a reference server. */
export function adomService(
  { url }: AdomServer,
  updates: AdomSettings['updates'] = 'auto',
  clock: Clock = systemClock,
): IdentityService {
  const settings = { apiUrl: url, defaultApiUrl: url, sessionMaxAgeSeconds: 3600, updates };
  return adom(realHttp(clock), () => settings, serviceTexts);
}

/** The same for Sigma Identity. */
export function sigmaService({ url }: SigmaServer, clock = hurried, clientId = 'editor'): IdentityService {
  return sigma(realHttp(clock), () => ({ serverUrl: url, defaultServerUrl: url, clientId }), serviceTexts);
}

export async function begin(service: IdentityService): Promise<PendingSignIn> {
  const begun = await service.begin(service.defaultScopes, whileTesting());
  assert.ok(begun.kind === 'pending', JSON.stringify(begun));
  return begun.pending;
}

export function granted(waited: WaitResult): Grant {
  assert.ok(waited.kind === 'granted', JSON.stringify(waited));
  return waited.grant;
}

/** Aborts after the test, so that a failed test leaves no sign-in waiting. */
export function whileTesting(): AbortSignal {
  const over = new AbortController();
  after(() => {
    over.abort();
  });
  return over.signal;
}

/**
 * Polls until the condition, which another part of this process changes, is true. Ends with the test, which has a time
 * limit of its own.
 */
export async function until(happened: () => boolean): Promise<void> {
  const testing = whileTesting();
  while (!happened()) {
    assert.ok(!testing.aborted, `still false: ${happened.toString()}`);
    await nextTurn();
  }
}
