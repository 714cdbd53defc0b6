import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  terminalVariables as variablesOf,
  type TerminalMode,
  type TerminalVariables,
} from '../../../../src/sharing/terminal/variables.ts';
import type { LiveSession } from '../../../../src/sessions/record.ts';
import { recordOf as anyRecord } from '../../support/record.ts';

const NOW = 10_000;
const pubkey = `02${'ab'.repeat(32)}`;
const otherKey = `03${'cd'.repeat(32)}`;

/** Other tests do not care how a token is spelled. */
const recordOf = (id: string, different: Partial<LiveSession>): LiveSession =>
  anyRecord(id, { grant: { ...anyRecord(id).grant, accessToken: `token-of-${id}` }, ...different });
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
      accessToken: `token-of-${id}`,
      ...(expiresAtMs !== undefined && { expiresAtMs }),
    },
    person: { accountId: id, accountLabel: id, subject: id, name: 'Ada' },
  });

/** `answers` are those of the person, by the id of the session. */
const terminalVariables = (
  mode: TerminalMode,
  records: readonly LiveSession[],
  answers: Record<string, boolean> = {},
  adomHasToken = false,
): TerminalVariables => variablesOf(mode, records, { answer: (id) => answers[id], adomHasToken });

const ada = adom('ada', 2, NOW + 1_000);
const everybody = [sigma('bap-1', 1, pubkey), ada];

describe('the variables of new terminals', () => {
  it('are none when the setting is off', () => {
    assert.deepEqual(terminalVariables('off', everybody), { values: {}, untilMs: Infinity });
  });

  it('are none when no account is signed in', () => {
    for (const mode of ['identity', 'identityAndAdomToken', 'identityAndTokens'] as const)
      assert.deepEqual(terminalVariables(mode, []), { values: {}, untilMs: Infinity });
  });

  it('are the identity without a token', () => {
    assert.deepEqual(terminalVariables('identity', everybody), {
      values: { BAP_ID: 'bap-1', BAP_PUBKEY: pubkey },
      untilMs: Infinity,
    });
  });

  it('are the identity and Adom’s token until the token ends', () => {
    assert.deepEqual(terminalVariables('identityAndAdomToken', everybody), {
      values: { BAP_ID: 'bap-1', BAP_PUBKEY: pubkey, ADOMPKG_TOKEN: 'token-of-ada' },
      untilMs: NOW + 1_000 - 200, // a fifth of its life is the margin
    });
  });

  it('hold no token of Sigma Identity when the setting names only Adom’s', () => {
    const records = [sigma('bap-1', 1, pubkey)];
    const { values, ask } = terminalVariables('identityAndAdomToken', records, { 'bap-1': true });
    assert.deepEqual([Object.keys(values), ask], [['BAP_ID', 'BAP_PUBKEY'], undefined]);
  });

  it('leave Adom’s token out where Adom’s command line has one', () => {
    const { values, untilMs } = terminalVariables('identityAndAdomToken', everybody, {}, true);
    assert.deepEqual([Object.keys(values), untilMs], [['BAP_ID', 'BAP_PUBKEY'], Infinity]);
    const both = terminalVariables('identityAndTokens', everybody, { 'bap-1': true }, true);
    assert.deepEqual(Object.keys(both.values), ['BAP_ID', 'BAP_PUBKEY', 'CLAWNET_TOKEN']);
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
      values: { ADOMPKG_TOKEN: 'token-of-newer' },
      untilMs: NOW + 4_000,
    });
  });

  it('hold a token without a known end, and name no time', () => {
    assert.deepEqual(terminalVariables('identityAndAdomToken', [adom('ada', 1)]), {
      values: { ADOMPKG_TOKEN: 'token-of-ada' },
      untilMs: Infinity,
    });
  });
});

describe('the token of Sigma Identity', () => {
  const identity = { BAP_ID: 'bap-1', BAP_PUBKEY: pubkey };

  it('is handed out, with Adom’s, after the person has allowed it, until the first of both ends', () => {
    assert.deepEqual(terminalVariables('identityAndTokens', everybody, { 'bap-1': true }), {
      values: { ...identity, ADOMPKG_TOKEN: 'token-of-ada', CLAWNET_TOKEN: 'token-of-bap-1' },
      untilMs: NOW + 1_000 - 200,
    });
  });

  it('asks for an answer first, and until then no token is handed out', () => {
    const { values, ask } = terminalVariables('identityAndTokens', everybody);
    assert.deepEqual([values, ask?.id], [identity, 'bap-1']);
  });

  it('stays away after a refusal, as every other token does, and asks no more', () => {
    const { values, ask } = terminalVariables('identityAndTokens', everybody, { 'bap-1': false });
    assert.deepEqual([values, ask], [identity, undefined]);
  });

  it('is that of the account that BAP_ID names, and needs an answer for that account', () => {
    const other = recordOf('no-bap', { signedInAtMs: 9, person: { ...ada.person, accountId: 'no-bap' } });
    const records = [...everybody, sigma('bap-2', 5, otherKey), other];
    const { values, ask } = terminalVariables('identityAndTokens', records, { 'bap-1': true });
    assert.deepEqual([values, ask?.id], [{ BAP_ID: 'bap-2', BAP_PUBKEY: otherKey }, 'bap-2']);
    const after = terminalVariables('identityAndTokens', records, { 'bap-1': true, 'bap-2': true });
    assert.equal(after.values.CLAWNET_TOKEN, 'token-of-bap-2');
  });

  it('is that of the newest account where none has a BAP id', () => {
    const records = [1, 2].map((each) =>
      recordOf(`user-${each}`, { signedInAtMs: each, person: { ...ada.person, accountId: `user-${each}` } }),
    );
    const { values } = terminalVariables('identityAndTokens', records, { 'user-2': true });
    assert.deepEqual(values, { CLAWNET_TOKEN: 'token-of-user-2' });
  });

  it('needs one answer for all sessions of an account', () => {
    const [first] = everybody;
    const records = [...everybody, recordOf('more', { ...first, id: 'more', signedInAtMs: 7 })];
    const allowed = terminalVariables('identityAndTokens', records, { 'bap-1': true });
    assert.deepEqual([allowed.values.CLAWNET_TOKEN, allowed.ask], ['token-of-bap-1', undefined]);
    assert.equal(terminalVariables('identityAndTokens', records, { 'bap-1': false }).ask, undefined);
  });

  it('asks nothing when nobody is signed in there, and Adom’s token needs no answer', () => {
    assert.deepEqual(terminalVariables('identityAndTokens', [ada]), {
      values: { ADOMPKG_TOKEN: 'token-of-ada' },
      untilMs: NOW + 800,
    });
  });

  for (const accessToken of ['${env:HOME}', 'two\nlines', 'a b', '"quoted"', '']) {
    it(`is left out, as Adom’s is, when it is no token: ${JSON.stringify(accessToken)}`, () => {
      const records = everybody.map((each) => ({ ...each, grant: { ...each.grant, accessToken } }));
      const { values } = terminalVariables('identityAndTokens', records, { 'bap-1': true });
      assert.deepEqual(values, identity);
    });
  }
});
