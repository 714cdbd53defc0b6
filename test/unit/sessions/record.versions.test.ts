import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { isNewerItem, itemOf } from '../../../src/sessions/items.ts';
import {
  afterAmendment,
  afterRenewal,
  afterSignIn,
  FIRST_VERSION,
  type SessionRecord,
  type SessionVersion,
} from '../../../src/sessions/record.ts';
import { endedOf, recordOf, removedOf } from '../support/record.ts';

const version = (signIn: number, revision = 0, amendment = 0): SessionVersion => ({
  signIn,
  revision,
  amendment,
});
const live = (signIn: number, revision = 0, amendment = 0): SessionRecord =>
  recordOf('a', { version: version(signIn, revision, amendment) });
const ended = (signIn: number, revision = 0, amendment = 0): SessionRecord =>
  endedOf('a', { version: version(signIn, revision, amendment) });
const removed = (signIn: number): SessionRecord => removedOf('a', { version: version(signIn) });
const isNewer = (one: SessionRecord, other: SessionRecord): boolean =>
  isNewerItem(itemOf(one), itemOf(other));

/** Each row is newer than all rows above it, whatever the clocks said. */
const OLDEST_FIRST: readonly (readonly [name: string, record: SessionRecord])[] = [
  ['the first sign-in', live(1)],
  ['its end', ended(1, 0, 1)],
  ['its end, with less of it left', ended(1, 0, 2)],
  ['a renewal of the first sign-in', live(1, 1)],
  ['a renewal that has lost its refresh token', live(1, 1, 1)],
  ['the tenth renewal', live(1, 10)],
  ['the second sign-in', live(2)],
  ['the end of the second sign-in', ended(2, 0, 1)],
  ['a renewal of the second sign-in', live(2, 1)],
  ['the tenth sign-in', live(10)],
  ['a sign-out', removed(1)],
  ['a sign-out of a later sign-in', removed(2)],
];

describe('the order of versions', () => {
  for (const [index, [name, newer]] of OLDEST_FIRST.entries())
    it(`${name} is newer than all that comes before it`, () => {
      for (const [olderName, older] of OLDEST_FIRST.slice(0, index)) {
        assert.equal(isNewer(newer, older), true, olderName);
        assert.equal(isNewer(older, newer), false, olderName);
      }
      assert.equal(isNewer(newer, structuredClone(newer)), false, 'it is not newer than itself');
    });

  it('is the same in two windows that make the same version at the same moment', () => {
    const { grant } = recordOf('a');
    const [one, two] = ['one', 'two'].map((accessToken) =>
      recordOf('a', { version: version(1, 1), grant: { ...grant, accessToken } }),
    );
    assert.ok(one && two);
    assert.notEqual(isNewer(one, two), isNewer(two, one));
  });

  it('does not depend on the time of a change, because a clock can be set back', () => {
    const early = recordOf('a', { version: version(2), signedInAtMs: 1_000, grantedAtMs: 1_000 });
    const late = recordOf('a', { version: version(1), signedInAtMs: 9_000, grantedAtMs: 9_000 });
    assert.equal(isNewer(early, late), true);
  });
});

describe('the next version', () => {
  for (const [name, next, expected] of [
    ['a first sign-in', FIRST_VERSION, version(1)],
    ['a sign-in counts and starts the other counts again', afterSignIn(version(3, 2, 1)), version(4)],
    ['a renewal counts and starts the amendments again', afterRenewal(version(3, 2, 1)), version(3, 3)],
    ['an amendment changes no other count', afterAmendment(version(3, 2, 1)), version(3, 2, 2)],
  ] as const)
    it(name, () => {
      assert.deepEqual(next, expected);
    });

  it('is newer for a renewal than after any number of amendments of what it renews', () => {
    let amended = FIRST_VERSION;
    for (let count = 0; count < 100; count++) amended = afterAmendment(amended);
    // With two equal versions, the text would decide. So try a text that sorts early, and one that sorts late.
    for (const accessToken of ['0', 'z']) {
      const { grant } = recordOf('a');
      const renewed = recordOf('a', {
        version: afterRenewal(FIRST_VERSION),
        grant: { ...grant, accessToken },
      });
      assert.equal(isNewer(renewed, recordOf('a', { version: amended })), true);
    }
  });

  it('is newer for a sign-in than after any number of renewals of the previous sign-in', () => {
    let renewed = FIRST_VERSION;
    for (let count = 0; count < 100; count++) renewed = afterRenewal(renewed);
    const signedIn = recordOf('a', { version: afterSignIn(FIRST_VERSION) });
    assert.equal(isNewer(signedIn, recordOf('a', { version: renewed })), true);
  });
});
