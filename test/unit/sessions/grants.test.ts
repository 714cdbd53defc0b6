import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  grantOf,
  isKept,
  publishNewerGrant,
  stillCurrent,
  tryToRevoke,
} from '../../../src/sessions/grants.ts';
import { afterAmendment, type SessionRecord } from '../../../src/sessions/record.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { FakeService } from '../support/fakeService.ts';
import { endedOf, recordOf, removedOf } from '../support/record.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { renewed, StoreWorld } from '../support/storeWorld.ts';

const A = recordOf('a');
const { grant, grantedAtMs } = A;
const NEWER = { ...grant, accessToken: 'newer' };
const EXPIRED = endedOf('a', { version: afterAmendment(A.version), expired: { grant, grantedAtMs } });
const never = new AbortController().signal;

describe('the grant of a session', () => {
  for (const [what, record, expected] of [
    ['a live session', A, grant],
    ['one that has just expired', EXPIRED, grant],
    ['one that has ended', endedOf('a'), undefined],
    ['one that is signed out', removedOf('a'), undefined],
    ['none', undefined, undefined],
  ] as const)
    it(`is known of ${what}: ${expected === undefined ? 'no' : 'yes'}`, () => {
      assert.deepEqual(grantOf(record), expected);
    });
});

describe('a newer grant that a service gives for a session', () => {
  const rows: [what: string, now: SessionRecord | undefined, isTaken: boolean][] = [
    ['is as it was', A, true],
    ['has lost its access token meanwhile', { ...A, accessTokenRejected: true }, true],
    ['was taken for expired meanwhile', EXPIRED, true],
    [
      'was taken for expired with another token',
      { ...EXPIRED, expired: { grant: NEWER, grantedAtMs } },
      false,
    ],
    ['has ended for good', endedOf('a', { reason: 'rejected' }), false],
    ['has another token', renewed(A, 'of another window'), false],
    ['is signed out', removedOf('a'), false],
    ['is not known', undefined, false],
  ];
  for (const [what, now, isTaken] of rows)
    it(`is ${isTaken ? '' : 'not '}taken when the session ${what}`, async () => {
      const world = new StoreWorld();
      if (now !== undefined) world.have(now);
      const { store } = await world.ready();
      const newer = publishNewerGrant(store, A, NEWER, 7);
      assert.deepEqual(newer, { grant: NEWER, sessionId: isTaken ? 'a' : undefined });
      const after = store.liveSession('a');
      if (isTaken) {
        assert.deepEqual(
          [after?.grant, after?.grantedAtMs, after?.accessTokenRejected],
          [NEWER, 7, undefined],
        );
        assert.deepEqual(after?.version, { ...A.version, revision: A.version.revision + 1 });
      } else assert.deepEqual(store.get('a'), now);
      assert.equal(isKept(store, newer), isTaken);
    });

  for (const [what, now, is] of [
    ['has it', { ...A, grant: NEWER }, true],
    ['has it, and has expired', { ...EXPIRED, expired: { grant: NEWER, grantedAtMs } }, true],
    ['is signed out, which revokes it', removedOf('a'), true],
    ['has another one', A, false],
    ['has ended', endedOf('a'), false],
    ['is not known', undefined, false],
  ] as const)
    it(`is ${is ? '' : 'not '}kept when the session ${what}`, async () => {
      const world = new StoreWorld();
      if (now !== undefined) world.have(now);
      const { store } = await world.ready();
      assert.equal(isKept(store, { grant: NEWER, sessionId: 'a' }), is);
      assert.equal(isKept(store, { grant: NEWER, sessionId: undefined }), false);
    });

  for (const [what, now, is] of [
    ['has its token', { ...A, person: { ...A.person, name: 'Anna' } }, true],
    ['has another token', renewed(A, 'x'), false],
    ['has ended', EXPIRED, false],
    ['is not known', undefined, false],
  ] as const)
    it(`is ${is ? '' : 'not '}for the current version of a session that ${what}`, async () => {
      const world = new StoreWorld();
      if (now !== undefined) world.have(now);
      const { store } = await world.ready();
      assert.deepEqual(stillCurrent(store, A), is ? now : undefined);
    });
});

describe('one attempt to revoke a grant', () => {
  for (const [kind, line] of [
    ['ended', 'info Test Identity has ended the session.'],
    ['refused', 'warn Test Identity does not end the session when it is asked from here.'],
    ['unanswered', 'warn Test Identity does not answer, so it still knows the session.'],
  ] as const)
    it(`says what came of it: ${kind}`, async () => {
      const [clock, log] = [new FakeClock(), new RecordingLog()];
      const service = new FakeService(clock);
      service.revoke = () => Promise.resolve({ kind });
      const runtime = { clock, log, closed: never };
      assert.equal(await tryToRevoke(service, grant, 1_000, never, runtime), kind);
      assert.deepEqual(log.lines, [line]);
    });

  it('leaves no line when its signal aborts', async () => {
    const [clock, log, abort] = [new FakeClock(), new RecordingLog(), new AbortController()];
    const service = new FakeService(clock);
    service.takes.revoke = 10_000;
    clock.at(500, () => {
      abort.abort(new Error('closed'));
    });
    const runtime = { clock, log, closed: never };
    const asking = clock.run(tryToRevoke(service, grant, 1_000, abort.signal, runtime));
    assert.deepEqual([await asking, log.lines, clock.ranMs], ['unanswered', [], 500]);
  });
});
