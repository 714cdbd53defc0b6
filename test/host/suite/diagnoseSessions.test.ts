import assert from 'node:assert/strict';

import { sessionsFacts } from '../../../src/diagnose/sessions.ts';
import { canaryWindow } from '../../unit/support/canaryWorld.ts';
import { HOUR_MS } from './world.ts';

describe('the sessions in a report', () => {
  it('are told by number, state, age and end', async () => {
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

  it('bring none of their texts', async () => {
    const { window, nowMs } = await canaryWindow();
    assert.doesNotMatch(JSON.stringify(sessionsFacts(window.sessions, nowMs)), /canary/);
  });
});
