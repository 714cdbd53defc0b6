import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { terminalVariables } from '../../../../src/ui/terminal/variables.ts';
import { recordOf } from '../../support/record.ts';

const NOW = 10_000;
const pubkey = `02${'ab'.repeat(32)}`;
const otherKey = `03${'cd'.repeat(32)}`;

const sigma = (id: string, createdAtMs: number, key?: string) =>
  recordOf(id, {
    signedInAtMs: createdAtMs,
    person: {
      accountId: id,
      accountLabel: id,
      subject: 'user-1',
      name: 'Ann',
      bap: { bapId: id, rootAddressProven: false, ...(key !== undefined && { pubkey: key }) },
    },
  });
const adom = (id: string, createdAtMs: number, expiresAtMs?: number) =>
  recordOf(id, {
    serviceId: 'adom',
    signedInAtMs: createdAtMs,
    grantedAtMs: NOW,
    grant: {
      server: 'https://adom.example',
      accessToken: `token of ${id}`,
      ...(expiresAtMs !== undefined && { expiresAtMs }),
    },
    person: { accountId: id, accountLabel: id, subject: id, name: 'Ada' },
  });

const everybody = [sigma('bap-1', 1, pubkey), adom('ada', 2, NOW + 1_000)];

describe('the variables of new terminals', () => {
  it('are none when the setting is off', () => {
    assert.deepEqual(terminalVariables('off', everybody), { values: {} });
  });

  it('are none when no account is signed in', () => {
    assert.deepEqual(terminalVariables('identityAndAdomToken', []), { values: {} });
  });

  it('are the identity without a token', () => {
    assert.deepEqual(terminalVariables('identity', everybody), {
      values: { BAP_ID: 'bap-1', BAP_PUBKEY: pubkey },
    });
  });

  it('are the identity and Adom’s token until the token ends', () => {
    assert.deepEqual(terminalVariables('identityAndAdomToken', everybody), {
      values: { BAP_ID: 'bap-1', BAP_PUBKEY: pubkey, ADOMPKG_TOKEN: 'token of ada' },
      untilMs: NOW + 1_000 - 200, // a fifth of its life is the margin
    });
  });

  it('never hold a token of Sigma Identity', () => {
    const { values } = terminalVariables('identityAndAdomToken', [sigma('bap-1', 1, pubkey)]);
    assert.deepEqual(Object.keys(values), ['BAP_ID', 'BAP_PUBKEY']);
  });

  it('are those of the last sign-in that has a BAP id', () => {
    const records = [sigma('bap-2', 5, otherKey), sigma('bap-1', 1, pubkey), adom('ada', 9)];
    const { values } = terminalVariables('identity', records);
    assert.deepEqual(values, { BAP_ID: 'bap-2', BAP_PUBKEY: otherKey });
  });

  it('do not mix the id of one identity with the key of another', () => {
    const { values } = terminalVariables('identity', [sigma('bap-1', 1, pubkey), sigma('bap-2', 2)]);
    assert.deepEqual(values, { BAP_ID: 'bap-2' });
  });

  it('hold the newest of Adom’s tokens', () => {
    const records = [adom('old', 1, NOW + 9_000), adom('newer', 2, NOW + 5_000)];
    assert.deepEqual(terminalVariables('identityAndAdomToken', records), {
      values: { ADOMPKG_TOKEN: 'token of newer' },
      untilMs: NOW + 4_000,
    });
  });

  it('hold a token without a known end, and name no time', () => {
    assert.deepEqual(terminalVariables('identityAndAdomToken', [adom('ada', 1)]), {
      values: { ADOMPKG_TOKEN: 'token of ada' },
      untilMs: Infinity,
    });
  });
});
