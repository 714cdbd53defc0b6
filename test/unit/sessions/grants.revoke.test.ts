import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { revokeInBackground } from '../../../src/sessions/grants.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { FakeService } from '../support/fakeService.ts';
import { RecordingLog } from '../support/recordingLog.ts';

function world(): { clock: FakeClock; service: FakeService; log: RecordingLog; revoke: () => void } {
  const [clock, log, closed] = [new FakeClock(), new RecordingLog(), new AbortController()];
  const service = new FakeService(clock);
  const grant = service.grant({ refreshable: true });
  const revoke = (): void => {
    revokeInBackground(service, grant, { clock, log, closed: closed.signal });
  };
  return { clock, service, log, revoke };
}

describe('revokeInBackground', () => {
  it('asks the service to end the grant, and logs that without a token', async () => {
    const { clock, service, log, revoke } = world();
    service.takes.revoke = 1_000;
    revoke();
    await clock.advance(1_000);
    assert.deepEqual(service.asked, ['revoke access 1']);
    assert.deepEqual([service.accepts('access 1'), service.accepts('refresh 1')], [false, false]);
    assert.deepEqual(log.lines, ['info Test Identity has ended the session.']);
    assert.equal(clock.pending, 0);
  });

  it('gives up after five seconds', async () => {
    const { clock, service, log, revoke } = world();
    service.takes.revoke = 3_600_000;
    revoke();
    await clock.advance(4_999);
    assert.deepEqual(log.lines, []);
    await clock.advance(1);
    assert.deepEqual(log.lines, [
      'warn Test Identity could not be asked in time to end the session: TimeLimitError.',
    ]);
    assert.equal(clock.pending, 0, 'the request is aborted');
  });

  it('logs the name of an error, and not its message', async () => {
    const { clock, service, log, revoke } = world();
    service.revoke = () => Promise.reject(new TypeError('access 1 is broken'));
    revoke();
    await clock.settle();
    assert.deepEqual(log.lines, [
      'warn Test Identity could not be asked in time to end the session: TypeError.',
    ]);
  });
});
