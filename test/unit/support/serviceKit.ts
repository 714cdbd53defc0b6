import assert from 'node:assert/strict';

import { NEVER } from '../../../src/base/timeLimit.ts';
import { adom, type AdomSettings } from '../../../src/services/adom/adom.ts';
import type { IdentityService, PendingSignIn } from '../../../src/services/service.ts';
import { sigma, type SigmaSettings } from '../../../src/services/sigma/sigma.ts';
import { Conversation, type Reply } from './conversation.ts';
import { FakeClock } from './fakeClock.ts';
import { serviceTexts } from './serviceTexts.ts';

/** A service whose server gives a list of replies, on a fake clock. */
export interface World {
  readonly clock: FakeClock;
  readonly conversation: Conversation;
  readonly service: IdentityService;
}

export function adomWorld(replies: readonly Reply[], settings: Partial<AdomSettings> = {}): World {
  const defaults = {
    apiUrl: 'https://adom.example/',
    defaultApiUrl: 'https://adom.example',
    sessionMaxAgeSeconds: 7_776_000,
    updates: 'auto',
  } as const;
  return world(replies, (http) => adom(http, () => ({ ...defaults, ...settings }), serviceTexts));
}

export function sigmaWorld(replies: readonly Reply[], settings: Partial<SigmaSettings> = {}): World {
  const defaults = {
    serverUrl: 'https://auth.example/',
    defaultServerUrl: 'https://auth.example',
    clientId: 'editor',
  };
  return world(replies, (http) => sigma(http, () => ({ ...defaults, ...settings }), serviceTexts));
}

function world(replies: readonly Reply[], create: (http: Conversation['http']) => IdentityService): World {
  const clock = new FakeClock();
  const conversation = new Conversation(clock, replies);
  return { clock, conversation, service: create(conversation.http) };
}

/** Starts a sign-in with the service's default scopes. */
export async function begin({ clock, service }: World): Promise<PendingSignIn> {
  const begun = await clock.run(service.begin(service.defaultScopes, NEVER));
  assert.ok(begun.kind === 'pending');
  return begun.pending;
}

/** Cancels the work after `seconds`. Checks that it rejects at once with the reason, and that it leaves no timer. */
export async function assertCancels(
  { clock, conversation }: World,
  seconds: number,
  work: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const cancel = new AbortController();
  const reason = new Error('canceled');
  clock.at(seconds * 1000, () => {
    cancel.abort(reason);
  });
  await assert.rejects(clock.run(work(cancel.signal)), (error) => error === reason);
  assert.equal(clock.ranMs, seconds * 1000);
  assert.equal(clock.pending, 0, 'timers left over');
  conversation.assertOver();
}
