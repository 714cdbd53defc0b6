import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { personalTexts, sessionsFacts } from '../../../src/diagnose/sessionFacts.ts';
import { endedOf, removedOf } from '../support/record.ts';
import { SessionWorld } from '../support/sessionWorld.ts';

const HOUR_MS = 3_600_000;
const server = 'https://auth.example';

/** A person, all of whose texts hold this word. */
function personOf(canary: string) {
  return {
    accountId: `${canary} id`,
    accountLabel: `${canary} label`,
    subject: `${canary} subject`,
    name: `${canary} name`,
    email: `${canary}@example.com`,
    bap: { bapId: `${canary} bap`, pubkey: `${canary} key`, rootAddressProven: false },
  };
}

/** An application with a session of each kind, and a canary in each text of each. */
async function full() {
  const world = new SessionWorld();
  const nowMs = world.clock.now();
  const person = personOf('canary');
  world.have(
    'canary-a',
    { server, accessToken: 'canary-access', refreshToken: 'canary-refresh' },
    { person },
  );
  const ended = { server, accessToken: 'canary-old', expiresAtMs: nowMs - 1 };
  const over = { ...ended, refreshToken: 'canary-refresh-2', expiresAtMs: nowMs - HOUR_MS };
  world.service.offline = true;
  world.have('canary-b', over, { person, grantedAtMs: nowMs - 2 * HOUR_MS });
  world.have(
    'canary-c',
    { server: 'https://canary.example', accessToken: 'canary-other' },
    {
      person,
      server: 'https://canary.example',
    },
  );
  world.store(endedOf('canary-d', { person, expired: { grant: ended, grantedAtMs: nowMs - HOUR_MS } }));
  world.store(endedOf('canary-e', { person, reason: 'rejected' }));
  world.store(removedOf('canary-f'));
  const window = await world.ready();
  return { window, nowMs };
}

describe('the sessions in a report', () => {
  it('are told by number, state, age and end', async () => {
    const { window, nowMs } = await full();
    assert.deepEqual(sessionsFacts(window.sessions, nowMs), {
      configured: [
        { state: 'usable', signedInForMs: 2 * HOUR_MS, tokenForMs: 2 * HOUR_MS, isRenewable: true },
        {
          state: 'waits',
          signedInForMs: 2 * HOUR_MS,
          tokenForMs: 2 * HOUR_MS,
          endsInMs: -HOUR_MS,
          isRenewable: true,
        },
      ],
      dormant: 1,
      expired: 1,
      rejected: 1,
    });
  });

  it('bring none of their texts', async () => {
    const { window, nowMs } = await full();
    assert.doesNotMatch(JSON.stringify(sessionsFacts(window.sessions, nowMs)), /canary/);
  });

  it('name every text that must be in no line of the log', async () => {
    const { window } = await full();
    const texts = personalTexts(window.all);
    for (const text of [
      ...'abcdef'.split('').map((each) => `canary-${each}`),
      ...['access', 'refresh', 'refresh-2', 'other', 'old'].map((each) => `canary-${each}`),
      ...['id', 'label', 'subject', 'name', 'bap', 'key'].map((each) => `canary ${each}`),
      'canary@example.com',
    ])
      assert.ok(texts.includes(text), text);
  });
});
