import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { accountsOf, newestFirst } from '../../../src/sessions/accounts.ts';
import type { LiveSession } from '../../../src/sessions/record.ts';
import { recordOf } from '../support/record.ts';

const { serviceId, server, person } = recordOf('any');
const AT_SERVER = { serviceId, server };
const BOB = { ...person, accountId: 'bap-2', accountLabel: 'Bob (bap-2)' };

const A = recordOf('a', { signedInAtMs: 1_000 });
const B = recordOf('b', { signedInAtMs: 2_000, person: BOB });
const C = recordOf('c', { signedInAtMs: 3_000 });

function recordFor(service: string, accountId: string): LiveSession {
  return recordOf('any', { serviceId: service, person: { ...person, accountId } });
}

describe('accountsOf', () => {
  it('groups the sessions of one account and keeps their order', () => {
    assert.deepEqual(accountsOf([A, B, C]), [
      { ...AT_SERVER, id: 'bap-1', label: 'Ann (bap-1)', sessions: [A, C] },
      { ...AT_SERVER, id: 'bap-2', label: 'Bob (bap-2)', sessions: [B] },
    ]);
  });

  it('keeps accounts of two services apart, even if they have the same id', () => {
    const other = recordOf('other', { serviceId: 'adom' });
    assert.deepEqual(
      accountsOf([A, other]).map(({ serviceId, sessions }) => [serviceId, sessions.length]),
      [
        ['sigma-identity', 1],
        ['adom', 1],
      ],
    );
  });

  it('keeps accounts of two servers apart, even if they have the same id', () => {
    const other = recordOf('other', { server: 'https://other.example' });
    assert.deepEqual(
      accountsOf([A, other]).map((account) => [account.server, account.sessions.length]),
      [
        [server, 1],
        ['https://other.example', 1],
      ],
    );
  });

  it('does not mix up ids that look the same when joined', () => {
    for (const [one, two] of [
      [recordFor('a', 'bc'), recordFor('ab', 'c')],
      [recordFor('a', 'b c'), recordFor('a b', 'c')],
    ] as const)
      assert.equal(accountsOf([one, two]).length, 2);
  });

  it('takes the label of the oldest session', () => {
    const renamed = { ...C, person: { ...person, accountLabel: 'Ann Other (bap-1)' } };
    assert.equal(accountsOf([A, renamed])[0]?.label, 'Ann (bap-1)');
  });

  it('returns no account when there is no session', () => {
    assert.deepEqual(accountsOf([]), []);
  });
});

describe('newestFirst', () => {
  it('sorts by sign-in time and does not change the list of its caller', () => {
    const sessions = Object.freeze([B, C, A]);
    assert.deepEqual(newestFirst(sessions), [C, B, A]);
  });

  it('keeps the order of sessions with the same sign-in time', () => {
    const twin = recordOf('twin', { signedInAtMs: 1_000 });
    assert.deepEqual(newestFirst([A, twin]), [A, twin]);
    assert.deepEqual(newestFirst([twin, A]), [twin, A]);
  });
});
