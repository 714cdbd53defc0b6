import assert from 'node:assert/strict';

import { sessionsFacts } from '../../../src/diagnose/sessions.ts';
import { canaryWindow } from '../../unit/support/canaryWorld.ts';
import { HOUR_MS } from './world.ts';

describe('the sessions in the sign-in report', () => {
  it('are described by number, state, age and expiry', async () => {
    const { window, nowMs } = await canaryWindow();
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

  it('contribute none of their own texts', async () => {
    const { window, nowMs } = await canaryWindow();
    assert.doesNotMatch(JSON.stringify(sessionsFacts(window.sessions, nowMs)), /canary/);
  });
});
